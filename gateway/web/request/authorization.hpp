// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// authorization.hpp -- how a client without a certificate says who it is: HTTP's Basic scheme (RFC 7617), inside TLS.
#pragma once

#include <absl/time/time.h>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/secret.hpp"

namespace phone::gateway::web {

inline constexpr std::size_t kLongestPassword = 128;

// Of the field's value; whatever the user name. Nothing for anything but Basic with a password of 1 to 128 bytes.
std::optional<crypto::Secret> password_of(std::string_view authorization);

// Credentials that were right a moment ago, so that not every request costs a slow hash. Holds no password: a salted
// digest of the field. Time is a parameter.
class ProvenCredentials {
 public:
  static constexpr absl::Duration kGoodFor = absl::Minutes(10);
  static constexpr std::size_t kMost = 8;

  // `salt`: random, of this process.
  explicit ProvenCredentials(std::string salt) : salt_(std::move(salt)) {}
  std::string key_of(std::string_view authorization) const;
  void remember(std::string key, absl::Time now);
  bool knows(const std::string& key, absl::Time now);
  void forget() { entries_.clear(); }

 private:
  struct Entry {
    std::string key;
    absl::Time until;
  };
  const std::string salt_;
  std::deque<Entry> entries_;  // oldest first
};

}  // namespace phone::gateway::web
