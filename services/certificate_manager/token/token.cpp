// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/token/token.hpp"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "services/certificate_manager/token/login_gate.hpp"
#include "services/certificate_manager/token/pkcs11_key.hpp"
#include "services/certificate_manager/token/pkcs11_module.hpp"

namespace phone::certificates {
namespace {

// Larger than an RSA 8192 signature or block.
constexpr size_t kAnswerLimit = 1024;
constexpr CK_ULONG kKeyLimit = 64;

CK_BYTE* writable(std::string_view view) { return reinterpret_cast<CK_BYTE*>(const_cast<char*>(view.data())); }

CK_RSA_PKCS_PSS_PARAMS pss_parameters(crypto::Digest digest) {
  const auto salt = static_cast<CK_ULONG>(crypto::digest_size(digest));
  switch (digest) {
    case crypto::Digest::kSha384:
      return {CKM_SHA384, CKG_MGF1_SHA384, salt};
    case crypto::Digest::kSha512:
      return {CKM_SHA512, CKG_MGF1_SHA512, salt};
    case crypto::Digest::kSha1:
      return {CKM_SHA_1, CKG_MGF1_SHA1, salt};
    default:
      return {CKM_SHA256, CKG_MGF1_SHA256, salt};
  }
}

absl::StatusOr<CK_SESSION_HANDLE> log_in(const Module& module, CK_SLOT_ID slot, CK_USER_TYPE user,
                                         const crypto::Secret& pin) {
  CK_SESSION_HANDLE session = 0;
  const auto& call = module.call();
  auto status = token_status("C_OpenSession",
                             call.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session));
  if (!status.ok()) return status;
  const CK_RV value = call.C_Login(session, user, writable(pin.view()), pin.size());
  // A login is the process's, not the session's.
  if (value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN) return session;
  call.C_CloseSession(session);
  return token_status("C_Login", value);
}

// The token is known by its label: slots are numbered anew when another one comes or goes, also between two calls.
absl::StatusOr<CK_SESSION_HANDLE> open_session(const Module& module, const Token::Options& options) {
  const LoginGate gate(options.refused_pin, options.pin);
  absl::StatusOr<CK_SESSION_HANDLE> session;
  for (int tries = 0; tries < 2; ++tries) {
    const auto slot = module.slot_of(Token::kLabel);
    if (!slot.ok()) return slot.status();
    const auto before = module.token_in(*slot);
    if (!before.ok()) return before.status();
    if (auto status = gate.may_try(*before); !status.ok()) return status;
    session = log_in(module, *slot, CKU_USER, options.pin);
    gate.note(session.status(), module.token_in(*slot).value_or(*before));
    if (!absl::IsUnavailable(session.status())) break;
  }
  return session;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Token>> Token::open(const Options& options) {
  auto module = Module::load(options.module);
  if (!module.ok()) return module.status();
  const auto session = open_session(**module, options);
  if (!session.ok()) return session.status();
  return std::unique_ptr<Token>(new Token(options, *std::move(module), *session));
}

absl::Status Token::worth_a_try(const Options& options) {
  const auto module = Module::load(options.module);
  if (!module.ok()) return module.status();
  const auto slot = (*module)->slot_of(kLabel);
  if (!slot.ok()) return slot.status();
  const auto info = (*module)->token_in(*slot);
  return info.ok() ? LoginGate(options.refused_pin, options.pin).may_try(*info) : info.status();
}

template <class Operation>
auto Token::again_if_away(Operation operation) -> decltype(operation()) {
  auto first = operation();
  if (!absl::IsUnavailable(first.status())) return first;
  const auto session = open_session(*module_, options_);
  if (!session.ok()) return session.status();
  module_->call().C_CloseSession(session_);
  session_ = *session;
  return operation();
}

absl::Status Token::initialise(const Options& options, const crypto::Secret& security_officer_pin) {
  const auto module = Module::load(options.module);
  if (!module.ok()) return module.status();
  if ((*module)->slot_of(kLabel).ok()) return absl::AlreadyExistsError("the token already exists");
  const auto slot = (*module)->free_slot();
  if (!slot.ok()) return slot.status();
  const auto& call = (*module)->call();
  CK_UTF8CHAR label[32];
  std::memset(label, ' ', sizeof label);
  std::memcpy(label, kLabel, std::strlen(kLabel));
  auto status = token_status("C_InitToken", call.C_InitToken(*slot, writable(security_officer_pin.view()),
                                                             security_officer_pin.size(), label));
  if (!status.ok()) return status;
  // SoftHSM gives an initialised token another slot.
  const auto ours = (*module)->slot_of(kLabel);
  if (!ours.ok()) return ours.status();
  const auto session = log_in(**module, *ours, CKU_SO, security_officer_pin);
  if (!session.ok()) return session.status();
  status = token_status("C_InitPIN", call.C_InitPIN(*session, writable(options.pin.view()), options.pin.size()));
  call.C_Logout(*session);
  call.C_CloseSession(*session);
  return status;
}

Token::~Token() { module_->call().C_CloseSession(session_); }

absl::StatusOr<std::vector<unsigned long>> Token::find(unsigned long object_class, std::string_view id) {
  const auto& call = module_->call();
  CK_OBJECT_CLASS wanted = object_class;
  CK_ATTRIBUTE attributes[] = {{CKA_CLASS, &wanted, sizeof wanted}, {CKA_ID, const_cast<char*>(id.data()), id.size()}};
  auto status = token_status("C_FindObjectsInit", call.C_FindObjectsInit(session_, attributes, id.empty() ? 1 : 2));
  if (!status.ok()) return status;
  std::vector<CK_OBJECT_HANDLE> found(kKeyLimit);
  CK_ULONG count = 0;
  status = token_status("C_FindObjects", call.C_FindObjects(session_, found.data(), kKeyLimit, &count));
  call.C_FindObjectsFinal(session_);
  if (!status.ok()) return status;
  found.resize(count);
  return found;
}

absl::StatusOr<unsigned long> Token::private_key(const KeyId& key) {
  const auto id = crypto::unhex(key);
  if (!id.ok() || id->empty()) return absl::InvalidArgumentError("no key id");
  const auto found = find(CKO_PRIVATE_KEY, *id);
  if (!found.ok()) return found.status();
  if (found->empty()) return absl::NotFoundError("the token does not have this key");
  return found->front();
}

absl::StatusOr<std::vector<KeyId>> Token::keys() {
  const auto found = find(CKO_PRIVATE_KEY, {});
  if (!found.ok()) return found.status();
  std::vector<KeyId> keys;
  for (const auto object : *found) {
    CK_BYTE id[64];
    CK_ATTRIBUTE attribute{CKA_ID, id, sizeof id};
    const CK_RV value = module_->call().C_GetAttributeValue(session_, object, &attribute, 1);
    // Not one of ours: not touched.
    if (value != CKR_OK || attribute.ulValueLen != 32) continue;
    keys.push_back(crypto::hex({reinterpret_cast<char*>(id), attribute.ulValueLen}));
  }
  return keys;
}

absl::StatusOr<std::string> Token::sign(const KeyId& key, const TokenOperation& operation) {
  return again_if_away([&] { return sign_once(key, operation); });
}

absl::StatusOr<std::string> Token::sign_once(const KeyId& key, const TokenOperation& operation) {
  const auto object = private_key(key);
  if (!object.ok()) return object.status();
  CK_RSA_PKCS_PSS_PARAMS pss = pss_parameters(operation.digest);
  CK_MECHANISM mechanism{CKM_RSA_PKCS, nullptr, 0};
  if (operation.mechanism == TokenOperation::Mechanism::kRsaPss) mechanism = {CKM_RSA_PKCS_PSS, &pss, sizeof pss};
  if (operation.mechanism == TokenOperation::Mechanism::kEcdsa) mechanism.mechanism = CKM_ECDSA;
  const auto& call = module_->call();
  auto status = token_status("C_SignInit", call.C_SignInit(session_, &mechanism, *object));
  if (!status.ok()) return status;
  std::string signature(kAnswerLimit, '\0');
  CK_ULONG size = signature.size();
  status = token_status("C_Sign", call.C_Sign(session_, writable(operation.input), operation.input.size(),
                                              reinterpret_cast<CK_BYTE*>(signature.data()), &size));
  if (!status.ok()) return status;
  signature.resize(size);
  if (operation.mechanism == TokenOperation::Mechanism::kEcdsa) return ecdsa_der(signature);
  return signature;
}

absl::StatusOr<crypto::Secret> Token::decrypt(const KeyId& key, std::string_view wrapped) {
  const auto object = again_if_away([&] { return private_key(key); });
  if (!object.ok()) return object.status();
  CK_MECHANISM mechanism{CKM_RSA_PKCS, nullptr, 0};
  const auto& call = module_->call();
  auto status = token_status("C_DecryptInit", call.C_DecryptInit(session_, &mechanism, *object));
  if (!status.ok()) return status;
  std::string plain(kAnswerLimit, '\0');
  CK_ULONG size = plain.size();
  const CK_RV value =
      call.C_Decrypt(session_, writable(wrapped), wrapped.size(), reinterpret_cast<CK_BYTE*>(plain.data()), &size);
  crypto::Secret held =
      value == CKR_OK ? crypto::Secret::copy_of(std::string_view(plain).substr(0, size)) : crypto::Secret();
  crypto::wipe(plain);
  if (value != CKR_OK) return absl::InvalidArgumentError("not decrypted");
  return held;
}

absl::StatusOr<crypto::PublicKey> Token::read_public(unsigned long object, KeyType type) {
  return type == KeyType::kRsa ? read_rsa_public(module_->call(), session_, object)
                               : read_ec_public(module_->call(), session_, object);
}

absl::StatusOr<crypto::PublicKey> Token::generate(KeyType type, int bits) {
  CK_OBJECT_HANDLE public_object = 0;
  CK_OBJECT_HANDLE private_object = 0;
  // A token that was away is noticed before anything is made.
  if (auto there = again_if_away([&] { return find(CKO_PRIVATE_KEY, {}); }); !there.ok()) return there.status();
  auto status = generate_pair(module_->call(), session_, type, bits, &public_object, &private_object);
  if (!status.ok()) return status;
  const auto key = read_public(public_object, type);
  if (key.ok()) {
    std::string id = *crypto::unhex(crypto::spki_fingerprint(*key));
    CK_ATTRIBUTE attribute{CKA_ID, id.data(), id.size()};
    for (const auto object : {private_object, public_object}) {
      if (!status.ok()) break;
      status =
          token_status("C_SetAttributeValue", module_->call().C_SetAttributeValue(session_, object, &attribute, 1));
    }
  }
  if (key.ok() && status.ok()) return *key;
  module_->call().C_DestroyObject(session_, private_object);
  module_->call().C_DestroyObject(session_, public_object);
  return key.ok() ? status : key.status();
}

absl::Status Token::destroy(const KeyId& key) {
  const auto id = crypto::unhex(key);
  if (!id.ok() || id->empty()) return absl::InvalidArgumentError("no key id");
  for (const CK_OBJECT_CLASS kind : {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY}) {
    const auto found = find(kind, *id);
    if (!found.ok()) return found.status();
    for (const auto object : *found) {
      auto status = token_status("C_DestroyObject", module_->call().C_DestroyObject(session_, object));
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<KeyId> Token::import_key(EVP_PKEY* key) {
  if (EVP_PKEY_up_ref(key) != 1) return absl::InternalError("the key cannot be read");
  const auto public_part = crypto::PublicKey::adopt(key);
  if (!public_part.ok()) return public_part.status();
  const KeyId id = crypto::spki_fingerprint(*public_part);
  if (private_key(id).ok()) return id;
  auto status = create_private(module_->call(), session_, key, *crypto::unhex(id));
  if (!status.ok()) return status;
  return id;
}

}  // namespace phone::certificates
