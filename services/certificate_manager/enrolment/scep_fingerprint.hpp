// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/x509.hpp"

// The fingerprint of a root certificate as an administrator types it (F71): SHA-1 or SHA-256 of the DER.
namespace phone::enrolment {

struct Fingerprint {
  crypto::Digest algorithm;
  std::string hex;  // lower case, no separators
};

// 40 or 64 hex digits of either case, with colons, spaces, dots or hyphens between bytes. INVALID_ARGUMENT otherwise.
absl::StatusOr<Fingerprint> parse_fingerprint(std::string_view text);

bool matches(const Fingerprint& wanted, const crypto::Certificate& certificate);

}  // namespace phone::enrolment
