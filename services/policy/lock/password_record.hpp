// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace phone::policy {

// A password as it is kept: a slow hash of it, scrypt (RFC 7914), in FIPS mode PBKDF2 (SP 800-132). Making one and
// comparing with one take a tenth of a second and up to 16 MB.
struct PasswordRecord {
  std::string method;  // "scrypt", "pbkdf2-sha256"
  std::string salt, hash;
  std::uint32_t cost = 0;  // N of scrypt, iterations of PBKDF2
  friend bool operator==(const PasswordRecord&, const PasswordRecord&) = default;
};

absl::StatusOr<PasswordRecord> make_record(std::string_view password, bool fips);
// In constant time. A record of an unknown method, or one whose cost is out of bounds, fits nothing.
bool fits(const PasswordRecord& record, std::string_view password);

}  // namespace phone::policy
