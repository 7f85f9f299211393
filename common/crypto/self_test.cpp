// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/self_test.hpp"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>

#include <memory>

#include "common/crypto/pointers.hpp"
#include "common/crypto/self_test_vectors.hpp"

namespace phone::crypto {
namespace {

using KdfPtr = std::unique_ptr<EVP_KDF, Freer<EVP_KDF_free>>;
using KdfCtxPtr = std::unique_ptr<EVP_KDF_CTX, Freer<EVP_KDF_CTX_free>>;
using ParamBldPtr = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;

constexpr std::size_t kGcmTag = 16;

std::string bytes(const char* hex) { return absl::HexStringToBytes(hex); }
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* raw(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// Empty: it could not be computed.
std::string digest_answer(const KnownAnswer& test) {
  const std::string message = bytes(test.first);
  std::string value(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  const EVP_MD* digest = EVP_get_digestbyname(test.algorithm);
  if (EVP_Digest(message.data(), message.size(), raw(value), &size, digest, nullptr) != 1) return {};
  value.resize(size);
  return value;
}

std::string hmac_answer(const KnownAnswer& test) {
  const std::string key = bytes(test.key), message = bytes(test.first);
  std::string value(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(message), message.size(), raw(value), &size) ==
      nullptr) {
    return {};
  }
  value.resize(size);
  return value;
}

std::string gcm_answer(const KnownAnswer& test) {
  const std::string key = bytes(test.key), plain = bytes(test.first), iv = bytes(test.second);
  const EvpCipherCtxPtr context(EVP_CIPHER_CTX_new());
  std::string out(plain.size() + kGcmTag, '\0');
  int size = 0, rest = 0;
  if (context == nullptr ||
      EVP_EncryptInit_ex(context.get(), key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), nullptr, raw(key),
                         raw(iv)) != 1 ||
      EVP_EncryptUpdate(context.get(), raw(out), &size, raw(plain), static_cast<int>(plain.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), raw(out) + size, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kGcmTag, raw(out) + plain.size()) != 1) {
    return {};
  }
  return out;
}

std::string derived(const KnownAnswer& test, const char* key_name, const char* salt_name, const char* info_name) {
  std::string key = bytes(test.key), salt = bytes(test.second), info = bytes(test.first), digest = "SHA256";
  const KdfPtr kdf(EVP_KDF_fetch(nullptr, test.algorithm, nullptr));
  const KdfCtxPtr context(kdf == nullptr ? nullptr : EVP_KDF_CTX_new(kdf.get()));
  if (context == nullptr) return {};
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                         OSSL_PARAM_construct_octet_string(key_name, key.data(), key.size()),
                         OSSL_PARAM_construct_octet_string(info_name, info.data(), info.size()),
                         salt_name == nullptr ? OSSL_PARAM_construct_end()
                                              : OSSL_PARAM_construct_octet_string(salt_name, salt.data(), salt.size()),
                         OSSL_PARAM_construct_end()};
  std::string out(bytes(test.answer).size(), '\0');
  return EVP_KDF_derive(context.get(), raw(out), out.size(), params) == 1 ? out : std::string();
}

EvpPkeyPtr p256(const std::string& secret, const std::string& point) {
  const BignumPtr number(secret.empty() ? nullptr : BN_bin2bn(raw(secret), static_cast<int>(secret.size()), nullptr));
  const ParamBldPtr build(OSSL_PARAM_BLD_new());
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  if (build == nullptr || context == nullptr) return nullptr;
  OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  if (number != nullptr) OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(build.get()));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get());
  return EvpPkeyPtr(key);
}

std::string ecdh_answer(const KnownAnswer& test) {
  const EvpPkeyPtr own = p256(bytes(test.key), bytes(test.second)), other = p256({}, bytes(test.first));
  const EvpPkeyCtxPtr context(own == nullptr ? nullptr : EVP_PKEY_CTX_new(own.get(), nullptr));
  std::string secret(32, '\0');
  size_t size = secret.size();
  if (context == nullptr || other == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
      EVP_PKEY_derive(context.get(), raw(secret), &size) != 1) {
    return {};
  }
  return secret;
}

bool verifies(EVP_PKEY* key, const std::string& message, const std::string& signature) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  return context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
}

std::string signature_by(EVP_PKEY* key, const std::string& message) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  size_t size = 0;
  if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, raw(message), message.size()) != 1) {
    return {};
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), raw(signature), &size, raw(message), message.size()) != 1) return {};
  signature.resize(size);
  return signature;
}

std::string der_of(const std::string& pair) {
  const EcdsaSigPtr signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(raw(pair), 32, nullptr);
  BIGNUM* s = BN_bin2bn(raw(pair) + 32, 32, nullptr);
  if (signature == nullptr || ECDSA_SIG_set0(signature.get(), r, s) != 1) return {};
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &out);
  const OpensslBytes held(out);
  return size <= 0 ? std::string() : std::string(reinterpret_cast<char*>(out), static_cast<size_t>(size));
}

// A known signature verifies, one over something else does not, and one made here verifies.
bool signs(EVP_PKEY* key, const std::string& message, const std::string& known) {
  if (key == nullptr || !verifies(key, message, known) || verifies(key, message + "x", known)) return false;
  const std::string fresh = signature_by(key, message);
  return !fresh.empty() && verifies(key, message, fresh);
}

bool ecdsa_holds(const std::string& answer) {
  const EvpPkeyPtr key = p256(bytes(kEcdsa.key), bytes(kEcdsa.second));
  return answer.size() == 64 && signs(key.get(), bytes(kEcdsa.first), der_of(answer));
}

bool rsa_holds(const std::string& answer) {
  const std::string der = bytes(kRsa.key);
  const unsigned char* at = raw(der);
  const EvpPkeyPtr key(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
  return key != nullptr && signs(key.get(), bytes(kRsa.first), answer) &&
         signature_by(key.get(), bytes(kRsa.first)) == answer;
}

}  // namespace

absl::Status run_self_tests(const Distort& distort) {
  const auto known = [&distort](const KnownAnswer& test) {
    std::string answer = bytes(test.answer);
    if (distort) distort(test.algorithm, answer);
    return answer;
  };
  absl::Status status;
  const auto hold = [&status](const KnownAnswer& test, bool holds) {
    ERR_clear_error();
    if (status.ok() && !holds) {
      status = absl::InternalError(absl::StrCat("the self-test of ", test.algorithm, " failed"));
    }
  };
  for (const auto& test : kDigests) hold(test, digest_answer(test) == known(test));
  hold(kHmac, hmac_answer(kHmac) == known(kHmac));
  for (const auto& test : kGcm) hold(test, gcm_answer(test) == known(test));
  hold(kHkdf, derived(kHkdf, OSSL_KDF_PARAM_KEY, OSSL_KDF_PARAM_SALT, OSSL_KDF_PARAM_INFO) == known(kHkdf));
  hold(kPrf, derived(kPrf, OSSL_KDF_PARAM_SECRET, nullptr, OSSL_KDF_PARAM_SEED) == known(kPrf));
  hold(kEcdh, ecdh_answer(kEcdh) == known(kEcdh));
  hold(kEcdsa, ecdsa_holds(known(kEcdsa)));
  hold(kRsa, rsa_holds(known(kRsa)));
  return status;
}

const absl::Status& self_tests() {
  static const absl::Status status = run_self_tests();
  return status;
}

}  // namespace phone::crypto
