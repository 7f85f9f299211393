// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/signed_file.hpp"

#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "absl/strings/str_cat.h"
#include "tools/lab/bytes.hpp"
#include "tools/lab/trust_list.hpp"

namespace phone::lab {
namespace {

constexpr size_t kBlock = 16;
constexpr char kPad = 0x0d;

std::string aes_128_cbc(const ContentKey& content, std::string_view padded) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  std::string out(padded.size() + kBlock, '\0');
  int size = 0;
  EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), nullptr, reinterpret_cast<const unsigned char*>(content.key.data()),
                     reinterpret_cast<const unsigned char*>(content.iv.data()));
  EVP_CIPHER_CTX_set_padding(context, 0);
  EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                    reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  EVP_CIPHER_CTX_free(context);
  out.resize(static_cast<size_t>(size));
  return out;
}

}  // namespace

absl::StatusOr<std::string> sign_file(const FileSigning& signing, const std::string& name, std::string_view body) {
  return signed_bytes({.version = u8(1) + u8(0),
                       .after_version = {},
                       .filename = name,
                       .timestamp = signing.timestamp,
                       .after_timestamp = {},
                       .hash = signing.hash},
                      *signing.signer, body);
}

absl::StatusOr<std::string> sign_image(const FileSigning& signing, const std::string& name, const ImageName& image,
                                       std::string_view package) {
  return signed_bytes({.version = u8(3) + u8(0),
                       .after_version = {},
                       .filename = name,
                       .timestamp = signing.timestamp,
                       .after_timestamp = element(224, with_nul(image.package)) + element(225, with_nul(image.version)),
                       .hash = signing.hash},
                      *signing.signer, package);
}

absl::StatusOr<ContentKey> make_content_key(const Identity& device) {
  if (!device.is_rsa()) return absl::InvalidArgumentError("an EC key cannot unwrap a configuration");
  ContentKey content{std::string(kBlock, '\0'), std::string(kBlock, '\0'), {}};
  RAND_bytes(reinterpret_cast<unsigned char*>(content.key.data()), static_cast<int>(kBlock));
  RAND_bytes(reinterpret_cast<unsigned char*>(content.iv.data()), static_cast<int>(kBlock));
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(device.public_key(), nullptr);
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(device.public_key()));
  content.wrapped.resize(size);
  const bool done = EVP_PKEY_encrypt_init(context) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_encrypt(context, reinterpret_cast<unsigned char*>(content.wrapped.data()), &size,
                                     reinterpret_cast<const unsigned char*>(content.key.data()), kBlock) == 1;
  EVP_PKEY_CTX_free(context);
  if (!done) return absl::InternalError(absl::StrCat("cannot wrap: ", openssl_error_text()));
  content.wrapped.resize(size);
  return content;
}

absl::StatusOr<std::string> encrypt_file(const FileSigning& signing, const std::string& name, const ContentKey& content,
                                         std::string_view body) {
  const size_t pad = kBlock - body.size() % kBlock;
  const std::string padded = std::string(body) + std::string(pad, kPad);
  const std::string iv_info = element(18, u8(0)) + element(19, content.iv) + element(20, u16(pad));
  const std::string key_info = element(22, u8(0)) + element(23, u16(content.wrapped.size() * 8)) + element(24, u8(1)) +
                               element(25, content.wrapped);
  const std::string encryption = element(16, element(17, iv_info) + element(21, key_info)) +
                                 element(26, u8(static_cast<unsigned>(signing.hash))) +
                                 element(27, digest(message_digest(signing.hash), body));
  return signed_bytes({.version = u8(2) + u8(0),
                       .after_version = {},
                       .filename = name,
                       .timestamp = signing.timestamp,
                       .after_timestamp = encryption,
                       .hash = signing.hash},
                      *signing.signer, aes_128_cbc(content, padded));
}

}  // namespace phone::lab
