// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/remote_keymgmt.hpp"

#include <cstring>
#include <new>

#include <openssl/core_names.h>

namespace phone::crypto {
namespace {

RemoteKey* as_key(void* data) { return static_cast<RemoteKey*>(data); }
const RemoteKey* as_key(const void* data) { return static_cast<const RemoteKey*>(data); }

void* make(void*) { return new (std::nothrow) RemoteKey; }
void release(void* data) { delete as_key(data); }

int has(const void* data, int selection) {
  const RemoteKey* key = as_key(data);
  if (key == nullptr || key->public_part == nullptr) return 0;
  return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key->signer != nullptr ? 1 : 0;
}

// The private parts are never here, so keys are equal when their public parts are.
int match(const void* left, const void* right, int) {
  const RemoteKey* a = as_key(left);
  const RemoteKey* b = as_key(right);
  return a->public_part != nullptr && b->public_part != nullptr &&
                 EVP_PKEY_eq(a->public_part.get(), b->public_part.get()) == 1
             ? 1
             : 0;
}

int import_key(const char* type, void* data, const OSSL_PARAM params[]) {
  RemoteKey* key = as_key(data);
  if (const OSSL_PARAM* handed = OSSL_PARAM_locate_const(params, kRemoteKeyParam); handed != nullptr) {
    if (handed->data_size != kHandedSize) return 0;
    RemoteKey* source = nullptr;
    std::memcpy(&source, handed->data, kHandedSize);
    *key = std::move(*source);
    return 1;
  }
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* imported = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &imported, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) != 1) {
    return 0;
  }
  key->public_part.reset(imported);
  return 1;
}
int import_rsa(void* data, int, const OSSL_PARAM params[]) { return import_key("RSA", data, params); }
int import_ec(void* data, int, const OSSL_PARAM params[]) { return import_key("EC", data, params); }

const OSSL_PARAM* import_types_rsa(int) {
  static const OSSL_PARAM kTypes[] = {OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
                                      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
                                      OSSL_PARAM_octet_string(kRemoteKeyParam, nullptr, 0), OSSL_PARAM_END};
  return kTypes;
}
const OSSL_PARAM* import_types_ec(int) {
  static const OSSL_PARAM kTypes[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
                                      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
                                      OSSL_PARAM_octet_string(kRemoteKeyParam, nullptr, 0), OSSL_PARAM_END};
  return kTypes;
}

int get_params(void* data, OSSL_PARAM params[]) {
  return as_key(data)->public_part != nullptr ? EVP_PKEY_get_params(as_key(data)->public_part.get(), params) : 0;
}
const OSSL_PARAM* gettable_params(void*) {
  static const OSSL_PARAM kParams[] = {OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr),
                                       OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
                                       OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
                                       OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, nullptr, 0),
                                       OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
                                       OSSL_PARAM_END};
  return kParams;
}

const char* ec_operation(int operation) { return operation == OSSL_OP_SIGNATURE ? "ECDSA" : nullptr; }

template <class Function>
constexpr OSSL_DISPATCH entry(int id, Function function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace

// No export: OpenSSL would else move the public part to its default provider and fail to sign there.
const OSSL_DISPATCH kRsaKeyManagement[] = {entry(OSSL_FUNC_KEYMGMT_NEW, make),
                                           entry(OSSL_FUNC_KEYMGMT_FREE, release),
                                           entry(OSSL_FUNC_KEYMGMT_HAS, has),
                                           entry(OSSL_FUNC_KEYMGMT_MATCH, match),
                                           entry(OSSL_FUNC_KEYMGMT_IMPORT, import_rsa),
                                           entry(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, import_types_rsa),
                                           entry(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_params),
                                           entry(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_params),
                                           {0, nullptr}};

const OSSL_DISPATCH kEcKeyManagement[] = {entry(OSSL_FUNC_KEYMGMT_NEW, make),
                                          entry(OSSL_FUNC_KEYMGMT_FREE, release),
                                          entry(OSSL_FUNC_KEYMGMT_HAS, has),
                                          entry(OSSL_FUNC_KEYMGMT_MATCH, match),
                                          entry(OSSL_FUNC_KEYMGMT_IMPORT, import_ec),
                                          entry(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, import_types_ec),
                                          entry(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_params),
                                          entry(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_params),
                                          entry(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, ec_operation),
                                          {0, nullptr}};

}  // namespace phone::crypto
