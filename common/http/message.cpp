// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/message.hpp"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/http/plain.hpp"
#include "common/text/foreign_text.hpp"
#include "phone/download/v1/download.pb.h"

namespace phone::http {
namespace {

namespace pb = phone::download::v1;

constexpr std::pair<Scheme, pb::Scheme> kSchemes[] = {{Scheme::kHttp, pb::SCHEME_HTTP},
                                                      {Scheme::kHttps, pb::SCHEME_HTTPS},
                                                      {Scheme::kTftp, pb::SCHEME_TFTP},
                                                      {Scheme::kPipe, pb::SCHEME_PIPE},
                                                      {Scheme::kPipeAnswered, pb::SCHEME_PIPE_ANSWERED},
                                                      {Scheme::kDeliver, pb::SCHEME_DELIVER},
                                                      {Scheme::kDatagram, pb::SCHEME_DATAGRAM}};

constexpr std::pair<Outcome, pb::Outcome> kOutcomes[] = {{Outcome::kOk, pb::OUTCOME_OK},
                                                         {Outcome::kAbsent, pb::OUTCOME_ABSENT},
                                                         {Outcome::kUnavailable, pb::OUTCOME_UNAVAILABLE},
                                                         {Outcome::kUnreachable, pb::OUTCOME_UNREACHABLE},
                                                         {Outcome::kRefused, pb::OUTCOME_REFUSED},
                                                         {Outcome::kTooLarge, pb::OUTCOME_TOO_LARGE},
                                                         {Outcome::kBroken, pb::OUTCOME_BROKEN},
                                                         {Outcome::kFailed, pb::OUTCOME_FAILED},
                                                         {Outcome::kCancelled, pb::OUTCOME_CANCELLED},
                                                         {Outcome::kUnserved, pb::OUTCOME_UNSERVED}};

// An older phone-download expects a TLS version it knows, though it does not speak TLS any more.
constexpr std::uint32_t kTls12 = 0x0303;
// A server's text, for people and for the media type that SCEP compares.
constexpr std::size_t kMostWords = 400;

template <class Ours, class Theirs, std::size_t size>
Theirs theirs(const std::pair<Ours, Theirs> (&table)[size], Ours value) {
  for (const auto& [ours, other] : table) {
    if (ours == value) return other;
  }
  return {};
}

template <class Ours, class Theirs, std::size_t size>
std::optional<Ours> ours(const std::pair<Ours, Theirs> (&table)[size], Theirs value) {
  for (const auto& [own, other] : table) {
    if (other == value) return own;
  }
  return std::nullopt;
}

template <class Message>
absl::StatusOr<Message> parse(std::string_view bytes, std::size_t most, const char* what) {
  Message message;
  if (bytes.size() > most || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError(absl::StrCat("not a ", what, " to a download"));
  }
  return message;
}

}  // namespace

std::string encode(const Request& request) {
  pb::Request message;
  message.set_scheme(theirs(kSchemes, request.scheme));
  message.set_host(request.host);
  message.set_port(request.port);
  message.set_name(request.name);
  message.set_query(request.query);
  message.set_post(request.post);
  message.set_post_type(request.post_type);
  message.set_tls_minimum(kTls12);
  message.set_limit(request.limit);
  message.set_connect_milliseconds(static_cast<std::uint32_t>(request.connect_timeout.count()));
  message.set_total_milliseconds(static_cast<std::uint32_t>(request.total_timeout.count()));
  message.set_stall_seconds(static_cast<std::uint32_t>(request.stall_timeout.count()));
  return message.SerializeAsString();
}

std::string encode_result(Result result) {
  pb::Reply message;
  pb::Result& said = *message.mutable_result();
  said.set_outcome(theirs(kOutcomes, result.outcome));
  said.set_body(std::move(result.body));
  said.set_type(std::move(result.type));
  said.set_url(std::move(result.url));
  said.set_detail(std::move(result.detail));
  return message.SerializeAsString();
}

absl::StatusOr<Request> decode_request(std::string_view bytes) {
  auto parsed = parse<pb::Request>(bytes, kMostRequestBytes, "request");
  if (!parsed.ok()) return parsed.status();
  pb::Request& message = *parsed;
  const auto scheme = ours(kSchemes, message.scheme());
  if (!scheme) return absl::InvalidArgumentError("the request has an unknown scheme");
  if (message.port() == 0 || message.port() > 0xFFFF) return absl::InvalidArgumentError("the request has no port");
  if (*scheme == Scheme::kHttps) {
    return absl::InvalidArgumentError("HTTPS: TLS ends in the process that asks, over a connection of SCHEME_PIPE");
  }
  if (message.limit() > kMostBody) {
    return absl::InvalidArgumentError(absl::StrCat("the request asks for more than ", kMostBody, " bytes"));
  }
  const std::chrono::milliseconds total(message.total_milliseconds());
  const std::chrono::milliseconds connect(message.connect_milliseconds());
  const std::chrono::seconds stall(message.stall_seconds());
  if (total.count() == 0 || connect.count() == 0 || stall.count() == 0 || total > kLongestExchange ||
      connect > kLongestExchange || stall > kLongestExchange) {
    return absl::InvalidArgumentError("the request has no valid time limit");
  }
  Request request;
  request.scheme = *scheme;
  request.host = std::move(*message.mutable_host());
  request.port = static_cast<std::uint16_t>(message.port());
  request.name = std::move(*message.mutable_name());
  request.query = std::move(*message.mutable_query());
  request.post = std::move(*message.mutable_post());
  request.post_type = std::move(*message.mutable_post_type());
  // It becomes a header line.
  for (const char c : request.post_type) {
    if (c < ' ' || c > '~') return absl::InvalidArgumentError("the request's content has no media type");
  }
  request.limit = message.limit();
  request.connect_timeout = connect;
  request.total_timeout = total;
  request.stall_timeout = stall;
  return request;
}

absl::StatusOr<Result> decode_result(std::string_view bytes, std::size_t limit) {
  auto parsed = parse<pb::Reply>(bytes, kMostReplyBytes + std::min(limit, kMostBody), "reply");
  if (!parsed.ok()) return parsed.status();
  if (!parsed->has_result()) return absl::InvalidArgumentError("the reply is empty");
  pb::Result& message = *parsed->mutable_result();
  const auto outcome = ours(kOutcomes, message.outcome());
  if (!outcome) return absl::InvalidArgumentError("the reply has an unknown outcome");
  if (message.body().size() > limit) return absl::InvalidArgumentError("the reply has more bytes than were requested");
  if (*outcome != Outcome::kOk && !message.body().empty()) {
    return absl::InvalidArgumentError("the reply has content although it reports a failure");
  }
  return Result{.outcome = *outcome,
                .body = std::move(*message.mutable_body()),
                .type = media_type(message.type()),
                .url = {},
                .detail = text::clean(message.detail(), kMostWords)};
}

}  // namespace phone::http
