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
    std::filesystem::path refused_pin;  // LoginGate's note
  };
  // OK when opening is worth a try, without a login; else why not.
  static absl::Status worth_a_try(const Options& options);

  // UNAVAILABLE when the module does not load, NOT_FOUND without a token of our label, PERMISSION_DENIED for a wrong
  // PIN, which is tried once (login_gate.hpp).
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
  Token(Options options, std::shared_ptr<Module> module, unsigned long session)
      : options_(std::move(options)), module_(std::move(module)), session_(session) {}
  // Once more in a new session when the token was away or has closed the session: by its label, wherever it is now.
  template <class Operation>
  auto again_if_away(Operation operation) -> decltype(operation());
  absl::StatusOr<std::string> sign_once(const KeyId& key, const TokenOperation& operation);
  absl::StatusOr<std::vector<unsigned long>> find(unsigned long object_class, std::string_view id);
  absl::StatusOr<unsigned long> private_key(const KeyId& key);
  absl::StatusOr<crypto::PublicKey> read_public(unsigned long object, KeyType type);

  const Options options_;
  std::shared_ptr<Module> module_;
  unsigned long session_;
};

}  // namespace phone::certificates
