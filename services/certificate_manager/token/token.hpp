// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/pointers.hpp"
#include "common/crypto/public_key.hpp"
#include "common/crypto/secret.hpp"
#include "services/certificate_manager/certificates/installation.hpp"
#include "services/certificate_manager/keys/key_policy.hpp"
#include "services/certificate_manager/keys/signing.hpp"

// One logged-in session on a PKCS#11 token. Every call blocks; a session belongs to one thread.
namespace phone::certificates {

// A key pair is known by the SHA-256 of its SubjectPublicKeyInfo; its CKA_ID is the same in binary.
class Module;  // the loaded library, shared by the sessions of this process

// What opening the certificates asks of the token.
class TokenPort {
 public:
  virtual ~TokenPort() = default;
  virtual absl::StatusOr<std::vector<KeyId>> keys() = 0;
  // NOT_FOUND without that key.
  virtual absl::StatusOr<std::string> sign(const KeyId& key, const TokenOperation& operation) = 0;
  virtual absl::Status destroy(const KeyId& key) = 0;
};

class Token final : public TokenPort {
 public:
  static constexpr char kLabel[] = "phone";

  struct Options {
    std::filesystem::path module;
    crypto::Secret pin;
  };

  // UNAVAILABLE when the module does not load, NOT_FOUND without a token of our label, PERMISSION_DENIED for a wrong
  // PIN.
  static absl::StatusOr<std::unique_ptr<Token>> open(const Options& options);
  // Puts our label and PIN on the first token that has none. ALREADY_EXISTS when there is one with our label.
  static absl::Status initialise(const Options& options, const crypto::Secret& security_officer_pin);
  ~Token() override;

  absl::StatusOr<std::vector<KeyId>> keys() override;
  absl::StatusOr<std::string> sign(const KeyId& key, const TokenOperation& operation) override;
  // RSAES-PKCS1-v1_5. INVALID_ARGUMENT for whatever the token refuses, without saying what it disliked.
  absl::StatusOr<crypto::Secret> decrypt(const KeyId& key, std::string_view wrapped);
  absl::StatusOr<crypto::PublicKey> generate(KeyType type, int bits);
  absl::Status destroy(const KeyId& key) override;
  // Only for manufacture: imports a private key, which cannot be read back.
  absl::StatusOr<KeyId> import_key(EVP_PKEY* key);

 private:
  explicit Token(std::shared_ptr<Module> module, unsigned long session)
      : module_(std::move(module)), session_(session) {}
  absl::StatusOr<std::vector<unsigned long>> find(unsigned long object_class, std::string_view id);
  absl::StatusOr<unsigned long> private_key(const KeyId& key);
  absl::StatusOr<crypto::PublicKey> read_public(unsigned long object, KeyType type);

  std::shared_ptr<Module> module_;
  unsigned long session_;
};

}  // namespace phone::certificates
