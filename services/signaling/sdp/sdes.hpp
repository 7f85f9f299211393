// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/secret.hpp"

// SDES key management in SDP (RFC 4568, RFC 7714 section 14.2).
namespace phone::signaling {

// One direction of a stream.
struct SrtpKey {
  std::string suite;  // empty: no SRTP
  crypto::Secret key_salt;
  uint32_t tag = 0;
  std::string mki{};  // in every packet that is received; nothing is sent with one
};

struct CryptoLine {
  uint32_t tag = 0;
  std::string suite;
  crypto::Secret key_salt;  // master key then master salt
  std::string mki{};        // of the stated length in octets (section 6.1); this phone offers none
};

// Octets of key and salt together; nothing for a suite that this phone does not support.
std::optional<size_t> key_length(std::string_view suite);

// The value of one a=crypto. UNIMPLEMENTED for a suite that this phone does not support: such a line is skipped and
// does not spoil the whole. INVALID_ARGUMENT for a wrong length, bad base64, a malformed MKI, several keys, or a
// session parameter that weakens, or is unknown without the "-" that says that it may be ignored.
absl::StatusOr<CryptoLine> parse_crypto(std::string_view value);
std::string write_crypto(const CryptoLine& line);

}  // namespace phone::signaling
