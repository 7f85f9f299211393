// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "absl/status/statusor.h"

namespace phone::crypto {

enum class Digest : std::uint8_t { kMd5, kSha1, kSha256, kSha384, kSha512 };

std::string digest(Digest algorithm, std::string_view bytes);

// The digest of bytes that come in pieces.
class DigestStream {
 public:
  explicit DigestStream(Digest algorithm);
  void add(std::string_view bytes);
  std::string finish();  // once, the last thing asked

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const;
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

size_t digest_size(Digest algorithm);
// "MD5", "SHA1", "SHA256", "SHA384", "SHA512"
std::string_view digest_name(Digest algorithm);
// The reverse; also takes OpenSSL's "SHA2-256" spelling. Nothing for anything else.
std::optional<Digest> digest_of(std::string_view name);

// Lower-case hex.
std::string hex(std::string_view bytes);
// INVALID_ARGUMENT for an odd length or a character that is not a hex digit.
absl::StatusOr<std::string> unhex(std::string_view text);

}  // namespace phone::crypto
