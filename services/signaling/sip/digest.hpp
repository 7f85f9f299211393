// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "common/crypto/secret.hpp"

// HTTP digest as SIP uses it (RFC 3261 section 22, RFC 8760), client side.
namespace phone::signaling {

// What the answer protects besides the credentials.
enum class Qop : uint8_t {
  kNone,     // RFC 2069's form: no count, no nonce of the client
  kAuth,     // method and URI
  kAuthInt,  // the body too; only where the server takes nothing else
};

struct Challenge {
  std::string realm;
  std::string nonce;
  std::string algorithm = "MD5";  // "MD5", "MD5-sess", "SHA-256", "SHA-256-sess"
  std::string opaque;
  Qop qop = Qop::kNone;
  bool stale = false;
};

// The value of WWW-Authenticate or Proxy-Authenticate. INVALID_ARGUMENT for another scheme, no nonce, or
// a part over 1 KiB or with a quotation mark, UNIMPLEMENTED
// for another algorithm or protection, FAILED_PRECONDITION for MD5 in FIPS mode (F3).
absl::StatusOr<Challenge> parse_challenge(std::string_view value, bool fips);

struct Credentials {
  std::string user;
  crypto::Secret password;
};

// The value of Authorization or Proxy-Authorization. `count` is how often this nonce has been used, from 1.
// `body` is the request's, for auth-int.
std::string authorization(const Challenge& challenge, const Credentials& credentials, std::string_view method,
                          std::string_view uri, uint32_t count, std::string_view cnonce, const std::string& body = "");

}  // namespace phone::signaling
