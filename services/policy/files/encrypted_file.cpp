// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/files/encrypted_file.hpp"

#include <openssl/evp.h>

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kKeyBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// SHA-256 has a code (A1) but has never been seen; trust_store takes it (its decisions/2026-11-25-sha-256.md).
std::optional<crypto::Digest> plaintext_digest_of(std::string_view name) {
  if (name == "SHA1") return crypto::Digest::kSha1;
  if (name == "SHA256") return crypto::Digest::kSha256;
  if (name == "SHA512") return crypto::Digest::kSha512;
  return std::nullopt;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

absl::Status check_encryption(const Encryption& encryption, std::size_t ciphertext_size) {
  if (ciphertext_size == 0 || ciphertext_size % kBlock != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the encrypted part has ", ciphertext_size, " bytes, not a multiple of 16"));
  }
  if (ciphertext_size > kMaxXmlBytes + kBlock) {
    return absl::InvalidArgumentError(
        absl::StrCat("the encrypted part is larger than a configuration of ", kMaxXmlBytes, " bytes"));
  }
  if (encryption.iv.size() != kBlock) return absl::InvalidArgumentError("the IV is not 16 bytes long");
  if (encryption.padding_length < 1 || encryption.padding_length > kBlock) {
    return absl::InvalidArgumentError(absl::StrCat("pad length ", encryption.padding_length, " is outside 1 to 16"));
  }
  if (encryption.wrapped_key.empty()) return absl::InvalidArgumentError("the header has no encrypted content key");
  if (encryption.key_bits != encryption.wrapped_key.size() * 8) {
    return absl::InvalidArgumentError(absl::StrCat("the key size is given as ", encryption.key_bits,
                                                   " bits, the encrypted key has ", encryption.wrapped_key.size() * 8));
  }
  const auto digest = plaintext_digest_of(encryption.digest);
  if (!digest) return absl::InvalidArgumentError("the plaintext digest is of an unknown kind");
  if (encryption.plaintext_digest.size() != crypto::digest_size(*digest)) {
    return absl::InvalidArgumentError("the plaintext digest has the wrong length");
  }
  return absl::OkStatus();
}

absl::StatusOr<crypto::Secret> decrypt(const Encryption& encryption, std::string_view ciphertext,
                                       const crypto::Secret& content_key) {
  if (auto status = check_encryption(encryption, ciphertext.size()); !status.ok()) return status;
  if (content_key.size() != kKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the content key is ", content_key.size(), " bytes long, not 16"));
  }
  const CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string plain(ciphertext.size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(plain.data());
  int written = 0;
  int last = 0;
  const bool done =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, bytes_of(content_key.view()),
                         bytes_of(encryption.iv)) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
      EVP_DecryptUpdate(context.get(), out, &written, bytes_of(ciphertext), static_cast<int>(ciphertext.size())) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out + written, &last) == 1;
  if (!done || static_cast<std::size_t>(written + last) != plain.size()) {
    crypto::wipe(plain);
    return absl::DataLossError("decryption failed");
  }
  // Only the number of pad bytes is defined; their value is ignored.
  const std::size_t length = plain.size() - encryption.padding_length;
  const std::string found =
      crypto::digest(*plaintext_digest_of(encryption.digest), std::string_view(plain).substr(0, length));
  if (found != encryption.plaintext_digest) {
    crypto::wipe(plain);
    return absl::DataLossError("the decrypted file does not match its digest");
  }
  crypto::Secret secret = crypto::Secret::copy_of(std::string_view(plain).substr(0, length));
  crypto::wipe(plain);
  return secret;
}

}  // namespace phone::policy
