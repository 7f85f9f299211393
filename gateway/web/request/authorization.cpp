// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/request/authorization.hpp"

#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <utility>

#include "common/crypto/digest.hpp"

namespace phone::gateway::web {
namespace {

constexpr std::size_t kLongestField = 512;
constexpr absl::string_view kScheme = "basic ";

}  // namespace

std::optional<crypto::Secret> password_of(std::string_view authorization) {
  absl::string_view field(authorization.data(), authorization.size());
  if (field.size() > kLongestField || !absl::StartsWithIgnoreCase(field, kScheme)) return std::nullopt;
  std::string decoded;
  const bool good = absl::Base64Unescape(field.substr(kScheme.size()), &decoded);
  const std::size_t colon = decoded.find(':');
  std::optional<crypto::Secret> password;
  if (good && colon != std::string::npos && decoded.size() > colon + 1 &&
      decoded.size() - colon - 1 <= kLongestPassword) {
    password = crypto::Secret::copy_of(std::string_view(decoded).substr(colon + 1));
  }
  crypto::wipe(decoded);
  return password;
}

std::string ProvenCredentials::key_of(std::string_view authorization) const {
  std::string salted = salt_;
  salted.append(authorization);
  std::string key = crypto::digest(crypto::Digest::kSha256, salted);
  crypto::wipe(salted);
  return key;
}

void ProvenCredentials::remember(std::string key, absl::Time now) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key || now >= entry.until; });
  if (entries_.size() >= kMost) entries_.pop_front();
  entries_.push_back({std::move(key), now + kGoodFor});
}

bool ProvenCredentials::knows(const std::string& key, absl::Time now) {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.key == key && now < entry.until; });
}

}  // namespace phone::gateway::web
