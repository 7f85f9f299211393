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
