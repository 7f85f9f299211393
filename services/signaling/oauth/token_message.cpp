// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/oauth/token_message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/bearer.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr size_t kMostBytes = 32 * 1024;
constexpr int kMostDepth = 8;
constexpr size_t kCodeDigits = 16;
constexpr size_t kLongestWords = 200;
constexpr seconds kShortest{30}, kLongest{30 * 86400};

std::string form_encoded(std::string_view text) {
  return percent_encoded(text, [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.' || c == '_';
  });
}

// A parser that recurses is not given nesting without end.
bool is_shallow(std::string_view body) {
  int depth = 0;
  for (const char c : body) {
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kMostDepth) return false;
  }
  return true;
}

nlohmann::json object_in(std::string_view body) {
  if (body.size() > kMostBytes || !is_shallow(body)) return nlohmann::json(nlohmann::json::value_t::discarded);
  return nlohmann::json::parse(body, nullptr, false);
}

std::string text_of(const nlohmann::json& object, const char* name) {
  const bool there = object.is_object() && object.contains(name) && object[name].is_string();
  return there ? object[name].get<std::string>() : "";
}

std::string words_of(const nlohmann::json& object, int status) {
  std::string words = text_of(object, "error_description");
  if (words.empty()) words = text_of(object, "error");
  return text::clean(words.empty() ? cat("status ", status) : words, kLongestWords);
}

}  // namespace

std::string write_token_request(const TokenRequest& request) {
  const std::string device = cat("&device_name=", form_encoded(request.device_name));
  if (!request.refresh_token.empty())
    return cat("grant_type=refresh_token&refresh_token=", form_encoded(request.refresh_token.view()), device);
  return cat("grant_type=urn%3Aphonemesh%3Aactivation-code&code=", form_encoded(request.activation_code.view()),
             device);
}

absl::StatusOr<TokenReply> read_token_reply(int status, std::string_view body) {
  const nlohmann::json object = object_in(body);
  if (status == 400 || status == 401 || status == 403)
    return absl::PermissionDeniedError(cat("the authorization service refused: ", words_of(object, status)));
  if (status != 200)
    return absl::UnavailableError(cat("the authorization service answered: ", words_of(object, status)));
  TokenReply reply;
  reply.access_token = crypto::Secret(text_of(object, "access_token"));
  reply.refresh_token = crypto::Secret(text_of(object, "refresh_token"));
  const bool refresh_fits = reply.refresh_token.empty() || is_bearer_token(reply.refresh_token.view());
  if (!iequals(text_of(object, "token_type"), "Bearer") || !is_bearer_token(reply.access_token.view()) || !refresh_fits)
    return absl::UnavailableError("the authorization service answered without a usable token");
  const bool timed = object.contains("expires_in") && object["expires_in"].is_number_unsigned();
  const uint64_t good_for = timed ? object["expires_in"].get<uint64_t>() : 0;
  if (good_for == 0) return absl::UnavailableError("the authorization service does not say how long its token is good");
  reply.good_for =
      std::clamp(seconds(static_cast<int64_t>(std::min<uint64_t>(good_for, 1U << 30U))), kShortest, kLongest);
  return reply;
}

absl::StatusOr<crypto::Secret> activation_code_of(std::string_view typed) {
  std::string digits;
  digits.reserve(kCodeDigits + 1);
  bool fits = true;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    fits = fits && c >= '0' && c <= '9' && digits.size() < kCodeDigits;
    if (fits) digits += c;
  }
  crypto::Secret code(std::move(digits));
  if (!fits || code.size() != kCodeDigits) return absl::InvalidArgumentError("an activation code has 16 digits");
  return code;
}

}  // namespace phone::signaling
