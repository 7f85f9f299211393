// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/bearer.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestToken = 8192;

bool is_bearer(const std::string& value) {
  std::string_view rest = trim(value);
  return iequals(take_until(rest, ' '), "Bearer");
}

}  // namespace

std::optional<BearerForm> bearer_challenge(const Message& response) {
  const bool proxy = response.status == 407;
  const auto offered = response.fields_named(proxy ? "Proxy-Authenticate" : "WWW-Authenticate");
  if (offered.empty() || !std::all_of(offered.begin(), offered.end(), is_bearer)) return std::nullopt;
  return proxy ? BearerForm::kCisco : BearerForm::kRfc8898;
}

bool is_bearer_token(std::string_view token) {
  return !token.empty() && token.size() <= kLongestToken && std::all_of(token.begin(), token.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
  });
}

void add_bearer(Message& request, BearerForm form, const crypto::Secret& token) {
  if (form == BearerForm::kCisco)
    request.add("Proxy-Authorization", cat("Bearer token=\"", token.view(), "\""));
  else
    request.add("Authorization", cat("Bearer ", token.view()));
}

}  // namespace phone::signaling
