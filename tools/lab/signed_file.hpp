// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Writes `.sgn` and `.enc.sgn` files (cisco-formats.md B1, B2).
#pragma once

#include <string>

#include "tools/lab/identity.hpp"

namespace phone::lab {

struct FileSigning {
  IdentityPtr signer;  // a TFTP or CCM+TFTP certificate with its key
  Hash hash = Hash::kSha512;
  uint32_t timestamp = 0;
};

// `name` is the name the phone asks by, with its suffix.
absl::StatusOr<std::string> sign_file(const FileSigning& signing, const std::string& name, std::string_view body);

// A firmware image of ours: one package of the phone's software (trust_store/decisions/2026-11-25-firmware-images.md).
struct ImageName {
  std::string package;  // "phone-media"
  std::string version;  // "0.1.0+57"
};
absl::StatusOr<std::string> sign_image(const FileSigning& signing, const std::string& name, const ImageName& image,
                                       std::string_view package);

// The random parts of an encrypted file; a test gives those of a sample.
struct ContentKey {
  std::string key;      // 16 bytes, AES-128
  std::string iv;       // 16 bytes
  std::string wrapped;  // RSAES-PKCS1-v1_5 of the key for the device
};
absl::StatusOr<ContentKey> make_content_key(const Identity& device);
absl::StatusOr<std::string> encrypt_file(const FileSigning& signing, const std::string& name, const ContentKey& content,
                                         std::string_view body);

}  // namespace phone::lab
