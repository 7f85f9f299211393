// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A .sgn or .enc.sgn file: bytes to value (cisco-formats.md B1, B2).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/digest.hpp"
#include "services/trust_store/files/file_header.hpp"

namespace phone::trust {

inline constexpr std::size_t kLargestFile = 4096 * 1024;

struct FileEncryption {
  std::string iv;
  std::uint32_t padding_length = 0;
  std::string wrapped_key;
  std::uint32_t key_bits = 0;
  crypto::Digest digest = crypto::Digest::kSha1;
  std::string plaintext_digest;
};

struct SignedFile {
  FileHeader header;
  std::string body;  // ciphertext when `encryption` is set
  std::optional<FileEncryption> encryption;
};

// INVALID_ARGUMENT or RESOURCE_EXHAUSTED with the cause. The signature is not looked at.
absl::StatusOr<SignedFile> parse_signed_file(std::string_view requested_name, std::string_view file);

}  // namespace phone::trust
