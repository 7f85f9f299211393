// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/crypto/secret.hpp"

// HTTP digest as SIP uses it (RFC 3261 section 22, RFC 8760), client side.
namespace phone::signaling {

struct Challenge {
  std::string realm;
  std::string nonce;
  std::string algorithm = "MD5";  // "MD5", "MD5-sess", "SHA-256", "SHA-256-sess"
  std::string opaque;
  bool qop_auth = false;
  bool stale = false;
};

// The value of WWW-Authenticate or Proxy-Authenticate. INVALID_ARGUMENT for another scheme, no nonce, or
// a part over 1 KiB or with a quotation mark, UNIMPLEMENTED
// for another algorithm, FAILED_PRECONDITION for MD5 in FIPS mode (F3).
absl::StatusOr<Challenge> parse_challenge(std::string_view value, bool fips);

struct Credentials {
  std::string user;
  crypto::Secret password;
};

// The value of Authorization or Proxy-Authorization. `count` is how often this nonce has been used, from 1.
std::string authorization(const Challenge& challenge, const Credentials& credentials, std::string_view method,
                          std::string_view uri, uint32_t count, std::string_view cnonce);

}  // namespace phone::signaling
