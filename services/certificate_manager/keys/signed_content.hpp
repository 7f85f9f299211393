// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/certificate_manager/keys/signing.hpp"

// Whether the content to be signed is of the stated purpose, so that a signature made for one purpose is useless for
// another (decisions/2026-11-28-a-signature-for-one-purpose.md).
namespace phone::certificates {

// For a TLS 1.2 handshake: all messages so far, including certificates and the names of authorities.
inline constexpr std::size_t kMostContent = std::size_t{64} << 10;

struct SignedContent {
  std::string_view bytes;   // empty: the caller has only the digest
  std::string_view digest;  // its value
  std::string_view device;  // "SEP0A1B2C3D4E5F"
  std::string_view leaf;    // DER of the certificate that shows the key; empty: it has none yet
};

// PERMISSION_DENIED says what the content is not; INVALID_ARGUMENT when there is none but must be, or when the digest
// is another's.
absl::Status check_content(Purpose purpose, Scheme scheme, crypto::Digest digest, const SignedContent& content);

}  // namespace phone::certificates
