// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/files/download.hpp"

#include "absl/strings/str_cat.h"

namespace phone::policy {
namespace {

bool another_way(http::Outcome outcome) {
  return outcome == http::Outcome::kUnreachable || outcome == http::Outcome::kUnavailable ||
         outcome == http::Outcome::kUnserved;
}

// A lost packet is sent again after five seconds: two in a row are no end yet.
constexpr std::chrono::seconds kTftpSilence{12};

Download result_of(http::Result result, bool authenticated) {
  return {.outcome = result.outcome,
          .body = std::move(result.body),
          .url = std::move(result.url),
          .detail = std::move(result.detail),
          .authenticated = authenticated};
}

}  // namespace

Download HttpDownloader::fetch(const std::string& server, const std::string& name, std::size_t limit, bool secure,
                               const tls::Policy& tls) {
  http::Request request{.host = server, .name = name, .limit = limit, .cancelled = &cancelled_};
  if (secure) {
    request.scheme = http::Scheme::kHttps;
    request.port = ports_.https;
    request.tls = tls;
    request.verify = [this, &server](const std::vector<std::string>& chain) {
      return trust_.verify_server(chain, server);
    };
    auto result = fetch_(request);
    if (result.outcome == http::Outcome::kOk) return result_of(std::move(result), true);
    if (result.outcome == http::Outcome::kCancelled || result.outcome == http::Outcome::kTooLarge)
      return result_of(std::move(result), false);
  }
  request.scheme = http::Scheme::kHttp;
  request.port = ports_.http;
  auto result = fetch_(request);
  if (!another_way(result.outcome)) return result_of(std::move(result), false);
  request.scheme = http::Scheme::kTftp;
  request.port = ports_.tftp;
  request.stall_timeout = kTftpSilence;
  auto by_tftp = fetch_(request);
  if (by_tftp.outcome == http::Outcome::kOk || by_tftp.outcome == http::Outcome::kAbsent ||
      by_tftp.outcome == http::Outcome::kCancelled || by_tftp.outcome == http::Outcome::kTooLarge) {
    return result_of(std::move(by_tftp), false);
  }
  // A server that spoke on either way was reached.
  const bool spoke = by_tftp.outcome == http::Outcome::kUnserved || result.outcome == http::Outcome::kUnserved;
  result.detail = absl::StrCat("HTTP: ", result.detail, "; TFTP: ", by_tftp.detail);
  if (spoke) result.outcome = http::Outcome::kUnserved;
  return result_of(std::move(result), false);
}

}  // namespace phone::policy
