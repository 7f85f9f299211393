// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <openssl/rsa.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "services/policy/files/encrypted_file.hpp"
#include "tools/trustfile/files.hpp"
#include "tools/trustfile/keys.hpp"
#include "tools/trustfile/verify.hpp"

namespace phone::trustfile {
namespace {

constexpr char kUnchecked[] = "trustfile: warning: without --installed-itl the signature was not checked\n";

absl::StatusOr<crypto::Secret> unwrap(EVP_PKEY* key, std::string_view wrapped) {
  const crypto::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  std::string content(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = content.size();
  const bool done = context && EVP_PKEY_decrypt_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(content.data()), &size,
                                     reinterpret_cast<const unsigned char*>(wrapped.data()), wrapped.size()) == 1;
  crypto::Secret secret = crypto::Secret::copy_of(std::string_view(content).substr(0, done ? size : 0));
  crypto::wipe(content);
  if (done) return secret;
  crypto::openssl_errors();
  return absl::PermissionDeniedError("the content key cannot be unwrapped: the file is encrypted for another key");
}

// The file as the phone would accept it. Without a list there is no signer to check the signature against.
absl::StatusOr<trust::SignedFile> trusted_file(const Decrypt& order, std::string_view content) {
  if (order.installed_itl.empty()) {
    const auto header = trust::parse_header(content);
    if (!header.ok()) return header.status();
    return trust::parse_signed_file(header->file_name, content);
  }
  const auto installed = Installed::read({}, order.installed_itl);
  if (!installed.ok()) return installed.status();
  trust::FileVerdict verdict = judge_signed(order.file, content, *installed, false);
  if (!verdict.trusted) return absl::PermissionDeniedError(verdict.reason);
  return *std::move(verdict.file);
}

}  // namespace

Answer decrypt(const Decrypt& order) {
  const auto content = read(order.file, trust::kLargestFile);
  if (!content.ok()) return content.status();
  const auto file = trusted_file(order, *content);
  if (!file.ok()) return file.status();
  if (!file->encryption.has_value()) return absl::PermissionDeniedError("the file is not encrypted");
  const trust::FileEncryption& parts = *file->encryption;
  const auto key = read_private_key(order.key, order.passphrase);
  if (!key.ok()) return key.status();
  if (EVP_PKEY_is_a(key->get(), "RSA") != 1) return absl::PermissionDeniedError("the key is not an RSA key");
  if (static_cast<std::uint32_t>(EVP_PKEY_get_bits(key->get())) != parts.key_bits) {
    return absl::PermissionDeniedError(
        absl::StrCat("encrypted for a key of ", parts.key_bits, " bits, this one has ", EVP_PKEY_get_bits(key->get())));
  }
  const auto content_key = unwrap(key->get(), parts.wrapped_key);
  if (!content_key.ok()) return content_key.status();
  const auto plain = policy::decrypt({parts.iv, parts.padding_length, parts.wrapped_key, parts.key_bits,
                                      std::string(crypto::digest_name(parts.digest)), parts.plaintext_digest},
                                     file->body, *content_key);
  if (!plain.ok()) return plain.status();
  // Standard output may be the plaintext itself.
  if (order.installed_itl.empty()) std::fputs(kUnchecked, stderr);
  if (order.out.empty()) return std::string(plain->view());
  if (absl::Status status = write(order.out, plain->view()); !status.ok()) return status;
  return absl::StrCat("decrypted: ", plain->size(), " bytes in ", order.out.string(), "\n");
}

}  // namespace phone::trustfile
