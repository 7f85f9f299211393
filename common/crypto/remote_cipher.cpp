// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstring>
#include <new>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/proverr.h>
#include <openssl/rsa.h>

#include "common/crypto/remote_keymgmt.hpp"

// The deciphering half of the provider: RSAES-PKCS1-v1_5 only, by the key's opener. provider-asym_cipher(7).
namespace phone::crypto {
namespace {

struct Operation {
  const RemoteKey* key = nullptr;  // OpenSSL keeps the key alive for as long as the operation
};

Operation* as_operation(void* data) { return static_cast<Operation*>(data); }

void* make(void*) { return new (std::nothrow) Operation; }
void release(void* data) { delete as_operation(data); }

// Any padding but the one the opener takes off is refused rather than made wrong.
int set_params(void*, const OSSL_PARAM params[]) {
  if (params == nullptr) return 1;
  const OSSL_PARAM* mode = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
  if (mode == nullptr) return 1;
  if (mode->data_type == OSSL_PARAM_UTF8_STRING) {
    return std::string_view(static_cast<const char*>(mode->data)) == OSSL_PKEY_RSA_PAD_MODE_PKCSV15 ? 1 : 0;
  }
  int number = 0;
  return OSSL_PARAM_get_int(mode, &number) == 1 && number == RSA_PKCS1_PADDING ? 1 : 0;
}

const OSSL_PARAM* settable_params(void*, void*) {
  static const OSSL_PARAM kParams[] = {OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, nullptr, 0),
                                       OSSL_PARAM_END};
  return kParams;
}

int start(void* data, void* key, const OSSL_PARAM params[]) {
  as_operation(data)->key = static_cast<const RemoteKey*>(key);
  if (key == nullptr || as_operation(data)->key->opener == nullptr) return 0;
  return set_params(data, params);
}

// Called twice by OpenSSL: with no room to learn the greatest size, then for the content.
int decrypt(void* data, unsigned char* out, size_t* size, size_t room, const unsigned char* in, size_t length) {
  const RemoteKey& key = *as_operation(data)->key;
  const auto greatest = static_cast<size_t>(EVP_PKEY_get_size(key.public_part.get()));
  if (out == nullptr) {
    *size = greatest;
    return 1;
  }
  if (length != greatest) return 0;
  const auto content = key.opener(std::string(reinterpret_cast<const char*>(in), length));
  if (!content.ok()) {
    ERR_raise_data(ERR_LIB_PROV, PROV_R_FAILED_TO_DECRYPT, "%s", std::string(content.status().message()).c_str());
    return 0;
  }
  if (content->empty() || content->size() > room) return 0;
  std::memcpy(out, content->view().data(), content->size());
  *size = content->size();
  return 1;
}

template <class Function>
constexpr OSSL_DISPATCH entry(int id, Function function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace

const OSSL_DISPATCH kRsaCipher[] = {entry(OSSL_FUNC_ASYM_CIPHER_NEWCTX, make),
                                    entry(OSSL_FUNC_ASYM_CIPHER_FREECTX, release),
                                    entry(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, start),
                                    entry(OSSL_FUNC_ASYM_CIPHER_DECRYPT, decrypt),
                                    entry(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, set_params),
                                    entry(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, settable_params),
                                    {0, nullptr}};

}  // namespace phone::crypto
