// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/crypto/public_key.hpp"
#include "services/certificate_manager/keys/purpose.hpp"

// Which keys this phone may make and use.
namespace phone::certificates {

enum class KeyType : std::uint8_t { kRsa, kEc };

struct KeyLimits {
  bool fips = false;
  bool ec_allowed = false;  // the ITL's signer version is 1.1 (cisco-formats.md D3)
};

inline constexpr int kFipsRsaBits = 2048;
// The least that our own TLS accepts (OpenSSL's security level 1).
inline constexpr int kShortestRsaBits = 1024;
// Attempts over all servers are at most fifteen; more keys for one order would only keep the token busy.
inline constexpr int kMostKeysOfAnOrder = 20;
// The article's text for F36, as the user sees it.
inline constexpr char kNotFips[] = "Cert key size is not FIPS compliant";

// INVALID_ARGUMENT for a size CAPF does not know, FAILED_PRECONDITION with the reason when policy forbids it.
absl::Status may_generate(KeyType type, int bits, const KeyLimits& limits);

// How long a content key may be that is unwrapped for a purpose: of a file AES-128 (cisco-formats.md B2), of a SCEP
// answer AES, triple DES, and outside FIPS mode single DES too (decisions/2026-11-25-scep.md).
std::vector<std::size_t> content_key_sizes(Purpose purpose, const KeyLimits& limits);

// FAILED_PRECONDITION with the article's words when FIPS mode forbids the key.
absl::Status may_use(const crypto::PublicKey& key, const KeyLimits& limits);

// FAILED_PRECONDITION in FIPS mode when a known-answer self-test failed.
absl::Status may_compute(const KeyLimits& limits);

}  // namespace phone::certificates
