// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/oauth/token_service.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {
namespace {

std::string decoded(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> fields_of(const std::string& form) {
  std::map<std::string, std::string> fields;
  for (size_t at = 0; at < form.size();) {
    size_t end = form.find('&', at);
    if (end == std::string::npos) end = form.size();
    const std::string one = form.substr(at, end - at);
    const size_t equals = one.find('=');
    if (equals != std::string::npos) fields[decoded(one.substr(0, equals))] = decoded(one.substr(equals + 1));
    at = end + 1;
  }
  return fields;
}

// The shape of a JWT; only this service reads it.
std::string fresh_token() {
  return absl::StrCat("eyJhbGciOiJub25lIn0.", random_token(), random_token(), ".", random_token());
}

TokenService::Answer refusal(const std::string& grant, const std::string& device, const std::string& error,
                             const std::string& why) {
  return {400, nlohmann::json({{"error", error}, {"error_description", why}}).dump(), grant, device};
}

}  // namespace

TokenService::Answer TokenService::answer(const std::string& form, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  auto fields = fields_of(form);
  const std::string grant = fields["grant_type"], device = fields["device_name"];
  if (grant == "urn:phonemesh:activation-code") {
    if (code_.empty() || fields["code"] != code_)
      return refusal(grant, device, "invalid_grant", "the activation code is not valid");
    code_.clear();
    return give(grant, device, now);
  }
  if (grant == "refresh_token") {
    const auto known = refresh_.find(fields["refresh_token"]);
    if (settings_.refuse_refresh || known == refresh_.end() || known->second != device)
      return refusal(grant, device, "invalid_grant", "the refresh token is not valid any more");
    refresh_.erase(known);
    return give(grant, device, now);
  }
  return refusal(grant, device, "unsupported_grant_type", "no such grant");
}

TokenService::Answer TokenService::give(const std::string& grant, const std::string& device, Clock::time_point now) {
  const std::string access = fresh_token(), refresh = fresh_token();
  access_[access] = {device, now + settings_.lifetime};
  refresh_[refresh] = device;
  return {200,
          nlohmann::json({{"access_token", access},
                          {"token_type", "Bearer"},
                          {"expires_in", settings_.lifetime.count()},
                          {"refresh_token", refresh}})
              .dump(),
          grant, device};
}

absl::StatusOr<std::string> TokenService::device_of(const std::string& token, Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto known = access_.find(token);
  if (known == access_.end()) return absl::NotFoundError("unknown token");
  if (now >= known->second.until) return absl::DeadlineExceededError("the token is over");
  return known->second.device;
}

}  // namespace phone::lab
