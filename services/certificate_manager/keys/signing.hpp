// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/digest.hpp"
#include "common/crypto/public_key.hpp"
#include "services/certificate_manager/keys/purpose.hpp"

// From a caller's request to the token's operation, and back.
namespace phone::certificates {

enum class Scheme : std::uint8_t { kRsaPkcs1 = 1, kRsaPss = 2, kRsaPkcs1Bare = 3, kEcdsa = 4 };

struct TokenOperation {
  enum class Mechanism : std::uint8_t { kRsaPkcs1, kRsaPss, kEcdsa } mechanism;
  crypto::Digest digest;
  std::string input;  // the token pads it or signs it as it is
};

// INVALID_ARGUMENT when scheme, digest, key and input do not fit each other or the purpose.
absl::StatusOr<TokenOperation> token_operation(Purpose purpose, Scheme scheme, crypto::Digest digest,
                                               std::string_view input, const crypto::PublicKey& key);

// A token's ECDSA answer, r and s side by side, as the DER that TLS and CAPF carry. INTERNAL for any other shape.
absl::StatusOr<std::string> ecdsa_der(std::string_view raw);

}  // namespace phone::certificates
