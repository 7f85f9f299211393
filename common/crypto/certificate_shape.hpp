// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The outline of a certificate before OpenSSL sees it: the cost of reading and using it is bounded here, since a
// certificate of 64 KiB may hold sixteen thousand names, a curve of its own making or an exponent as long as its
// modulus. Pure walking over DER, linear, nothing is allocated. OpenSSL judges the rest.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace phone::crypto {

inline constexpr std::size_t kLargestName = 8 * 1024;       // bytes of a subject or an issuer
inline constexpr std::size_t kMostExtensions = 64;          // of one certificate
inline constexpr std::size_t kMostAlternativeNames = 1024;  // of one certificate
inline constexpr std::size_t kMostNameConstraints = 128;    // subtrees, permitted and excluded together
inline constexpr std::size_t kLongestModulus = 8192;        // bits, RSA
inline constexpr std::size_t kLongestExponent = 256;        // bits, RSA: FIPS 186-4 allows no more

// INVALID_ARGUMENT with the cause. One whole Certificate, or its beginning: bytes after it are for the caller.
absl::Status check_certificate_shape(std::string_view der);
// The same of a SubjectPublicKeyInfo. Keys that are neither RSA nor EC are left to the caller.
absl::Status check_key_shape(std::string_view spki);

}  // namespace phone::crypto
