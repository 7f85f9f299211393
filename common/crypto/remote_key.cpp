// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/remote_key.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/remote_keymgmt.hpp"

namespace phone::crypto {
namespace {

constexpr char kProviderName[] = "phone-remote";
constexpr char kProperties[] = "provider=phone-remote";

const OSSL_ALGORITHM kKeyManagements[] = {
    {"RSA:rsaEncryption:1.2.840.113549.1.1.1", kProperties, kRsaKeyManagement, nullptr},
    {"EC:id-ecPublicKey:1.2.840.10045.2.1", kProperties, kEcKeyManagement, nullptr},
    {nullptr, nullptr, nullptr, nullptr}};
const OSSL_ALGORITHM kSignatures[] = {{"RSA:rsaEncryption:1.2.840.113549.1.1.1", kProperties, kRsaSignature, nullptr},
                                      {"ECDSA", kProperties, kEcSignature, nullptr},
                                      {nullptr, nullptr, nullptr, nullptr}};

const OSSL_ALGORITHM kCiphers[] = {{"RSA:rsaEncryption:1.2.840.113549.1.1.1", kProperties, kRsaCipher, nullptr},
                                   {nullptr, nullptr, nullptr, nullptr}};

const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
  *no_cache = 0;
  if (operation == OSSL_OP_KEYMGMT) return kKeyManagements;
  if (operation == OSSL_OP_SIGNATURE) return kSignatures;
  if (operation == OSSL_OP_ASYM_CIPHER) return kCiphers;
  return nullptr;
}

const OSSL_DISPATCH kProvider[] = {{OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<void (*)()>(query)},
                                   {0, nullptr}};

int provider_init(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH*, const OSSL_DISPATCH** out, void** context) {
  *out = kProvider;
  *context = const_cast<OSSL_CORE_HANDLE*>(handle);
  return 1;
}

// A library context of its own, so that no ordinary fetch of "RSA" ever lands here. Lives as long as the process:
// keys made from it may.
OSSL_LIB_CTX* library() {
  static OSSL_LIB_CTX* const context = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made != nullptr && (OSSL_PROVIDER_add_builtin(made, kProviderName, provider_init) != 1 ||
                            OSSL_PROVIDER_load(made, kProviderName) == nullptr)) {
      OSSL_LIB_CTX_free(made);
      made = nullptr;
    }
    return made;
  }();
  return context;
}

}  // namespace

absl::StatusOr<EvpPkeyPtr> remote_private_key(const PublicKey& key, Signer signer, Opener opener) {
  if (library() == nullptr) return absl::InternalError(absl::StrCat("no provider for remote keys: ", openssl_errors()));
  if (EVP_PKEY_up_ref(key.get()) != 1) return absl::InternalError(openssl_errors());
  RemoteKey handed{EvpPkeyPtr(key.get()), std::move(signer), std::move(opener)};
  RemoteKey* pointer = &handed;
  OSSL_PARAM params[] = {OSSL_PARAM_construct_octet_string(kRemoteKeyParam, &pointer, kHandedSize),
                         OSSL_PARAM_construct_end()};
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(library(), key.is_rsa() ? "RSA" : "EC", kProperties));
  EVP_PKEY* made = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, params) != 1) {
    return absl::InternalError(absl::StrCat("the remote key could not be created: ", openssl_errors()));
  }
  return EvpPkeyPtr(made);
}

}  // namespace phone::crypto
