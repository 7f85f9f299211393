// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/seal/seal.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "common/crypto/errors.hpp"
#include "common/crypto/pointers.hpp"
#include "common/flash/file.hpp"

namespace phone::seal {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;
constexpr std::size_t kMaxPlain = 256 * 1024;

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

absl::StatusOr<std::string> seal(const crypto::Secret& key, std::string_view name, std::string_view plain) {
  if (key.size() != kSealKeyBytes || plain.size() > kMaxPlain) return absl::InvalidArgumentError("cannot be encrypted");
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  const crypto::EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool done =
      context != nullptr && RAND_bytes(bytes(sealed), kNonce) == 1 &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key.view()), bytes(sealed)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(name), static_cast<int>(name.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), bytes(sealed) + kNonce, &size, bytes(plain), static_cast<int>(plain.size())) ==
          1 &&
      EVP_EncryptFinal_ex(context.get(), bytes(sealed) + kNonce + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, bytes(sealed) + kNonce + plain.size()) == 1;
  if (!done) return absl::InternalError(crypto::openssl_errors());
  return sealed;
}

absl::StatusOr<crypto::Secret> unseal(const crypto::Secret& key, std::string_view name, std::string_view sealed) {
  if (key.size() != kSealKeyBytes || sealed.size() < kNonce + kTag || sealed.size() > kMaxPlain + kNonce + kTag) {
    return absl::DataLossError("was not encrypted by this phone");
  }
  const std::string_view nonce = sealed.substr(0, kNonce);
  const std::string_view hidden = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  std::string plain(hidden.size(), '\0');
  const crypto::EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool done =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key.view()), bytes(nonce)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(name), static_cast<int>(name.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes(plain), &size, bytes(hidden), static_cast<int>(hidden.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes(plain) + size, &size) == 1;
  crypto::Secret result(std::move(plain));
  if (!done) return absl::DataLossError("was not encrypted by this phone");
  return result;
}

absl::StatusOr<crypto::Secret> read_seal_key(const std::filesystem::path& file) {
  auto held = flash::read(file, kSealKeyBytes);
  if (!held.ok()) return held.status();
  if (held->size() != kSealKeyBytes) return absl::NotFoundError("the key is damaged");
  return crypto::Secret(*std::move(held));
}

absl::StatusOr<crypto::Secret> new_seal_key() {
  std::string fresh(kSealKeyBytes, '\0');
  if (RAND_priv_bytes(bytes(fresh), kSealKeyBytes) != 1) return absl::InternalError(crypto::openssl_errors());
  return crypto::Secret(std::move(fresh));
}

}  // namespace phone::seal
