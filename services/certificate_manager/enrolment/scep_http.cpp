// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/scep_http.hpp"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace phone::enrolment {
namespace {

absl::Status status_of(const http::Result& result) {
  const std::string why =
      absl::StrCat("the SCEP server: ", http::to_string(result.outcome), result.detail.empty() ? "" : " (",
                   result.detail, result.detail.empty() ? "" : ")");
  switch (result.outcome) {
    case http::Outcome::kAbsent:
      return absl::NotFoundError(why);
    case http::Outcome::kUnavailable:
    case http::Outcome::kUnreachable:
    case http::Outcome::kBroken:
      return absl::UnavailableError(why);
    case http::Outcome::kCancelled:
      return absl::CancelledError("another enrolment has replaced this one");
    default:
      return absl::InvalidArgumentError(why);
  }
}

}  // namespace

absl::StatusOr<ScepReply> ScepHttp::get(std::string_view operation, std::string_view message, size_t limit) {
  std::string query = absl::StrCat("operation=", std::string(operation));
  if (!message.empty()) {
    const std::string text = absl::Base64Escape(absl::string_view(message.data(), message.size()));
    absl::StrAppend(&query, "&message=", absl::StrReplaceAll(text, {{"+", "%2B"}, {"/", "%2F"}, {"=", "%3D"}}));
  }
  return ask(std::move(query), {}, limit);
}

absl::StatusOr<ScepReply> ScepHttp::post(const std::string& message, size_t limit) {
  return ask("operation=PKIOperation", message, limit);
}

absl::StatusOr<ScepReply> ScepHttp::ask(std::string query, const std::string& content, size_t limit) {
  http::Request request;
  request.host = host_;
  request.port = port_;
  request.name = path_;
  request.query = std::move(query);
  request.post = content;
  request.post_type = "application/x-pki-message";
  request.limit = limit;
  request.cancelled = &cancelled_;
  auto result = fetch_(request);
  if (result.outcome != http::Outcome::kOk) return status_of(result);
  return ScepReply{std::move(result.type), std::move(result.body)};
}

}  // namespace phone::enrolment
