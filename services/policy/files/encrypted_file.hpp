// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"

// The inside of an .enc.sgn, after its signature has been proven (cisco-formats.md B2).
namespace phone::policy {

struct Encryption {
  std::string iv;
  std::uint32_t padding_length = 0;
  std::string wrapped_key;
  std::uint32_t key_bits = 0;
  std::string digest;  // "SHA1" or "SHA512", of the plaintext before padding
  std::string plaintext_digest;
};

// All checks that need no key. INVALID_ARGUMENT names the field.
absl::Status check_encryption(const Encryption&, std::size_t ciphertext_size);

// AES-128-CBC, padding cut by count, then the digest: the plaintext, or DATA_LOSS when the key or the bytes are not the
// right ones.
absl::StatusOr<crypto::Secret> decrypt(const Encryption&, std::string_view ciphertext,
                                       const crypto::Secret& content_key);

}  // namespace phone::policy
