// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/token/pkcs11_key.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "common/crypto/errors.hpp"
#include "common/crypto/secret.hpp"
#include "services/certificate_manager/token/pkcs11_module.hpp"

namespace phone::certificates {
namespace {

struct Curve {
  int bits;
  const char* group;
  std::string_view oid;  // DER of the namedCurve
};
constexpr std::array<Curve, 3> kCurves = {
    Curve{256, "P-256", {"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10}},
    Curve{384, "P-384", {"\x06\x05\x2b\x81\x04\x00\x22", 7}},
    Curve{521, "P-521", {"\x06\x05\x2b\x81\x04\x00\x23", 7}},
};

CK_BBOOL yes = CK_TRUE;
CK_BBOOL no = CK_FALSE;

CK_ATTRIBUTE flag(CK_ATTRIBUTE_TYPE type, bool value) { return {type, value ? &yes : &no, sizeof yes}; }

// What every private key here is, whatever its kind.
void add_private_flags(std::vector<CK_ATTRIBUTE>& attributes, KeyType type) {
  for (const auto& attribute :
       {flag(CKA_TOKEN, true), flag(CKA_PRIVATE, true), flag(CKA_SENSITIVE, true), flag(CKA_EXTRACTABLE, false),
        flag(CKA_SIGN, true), flag(CKA_DECRYPT, type == KeyType::kRsa), flag(CKA_UNWRAP, false),
        flag(CKA_DERIVE, false)}) {
    attributes.push_back(attribute);
  }
}

absl::StatusOr<std::string> read_attribute(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session,
                                           CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  constexpr size_t kLimit = 2048;
  std::string value(kLimit, '\0');
  CK_ATTRIBUTE attribute{type, value.data(), value.size()};
  auto status = token_status("C_GetAttributeValue", call.C_GetAttributeValue(session, object, &attribute, 1));
  if (!status.ok()) return status;
  if (attribute.ulValueLen > kLimit) return absl::InternalError("the token returned no attribute");
  value.resize(attribute.ulValueLen);
  return value;
}

absl::StatusOr<crypto::PublicKey> key_from(const char* type, OSSL_PARAM_BLD* builder) {
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(builder);
  const crypto::EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1) {
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params);
  }
  OSSL_PARAM_free(params);
  return crypto::PublicKey::adopt(key);
}

// A number of a private key as PKCS#11 wants it, big-endian; wiped with the vector that holds it.
absl::StatusOr<crypto::Secret> number_of(EVP_PKEY* key, const char* name, int length) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return absl::InvalidArgumentError(crypto::openssl_errors());
  std::string bytes(static_cast<size_t>(length > 0 ? length : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_clear_free(number);
  return crypto::Secret(std::move(bytes));
}

using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, crypto::Freer<OSSL_PARAM_BLD_free>>;

const Curve* curve_of(std::string_view oid) {
  const auto* found =
      std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& curve) { return curve.oid == oid; });
  return found == kCurves.end() ? nullptr : found;
}

}  // namespace

absl::Status generate_pair(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session, KeyType type, int bits,
                           CK_OBJECT_HANDLE* public_object, CK_OBJECT_HANDLE* private_object) {
  CK_MECHANISM mechanism{type == KeyType::kRsa ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  CK_ULONG modulus_bits = static_cast<CK_ULONG>(bits);
  CK_BYTE exponent[] = {1, 0, 1};
  std::vector<CK_ATTRIBUTE> public_attributes = {flag(CKA_TOKEN, true), flag(CKA_VERIFY, true)};
  if (type == KeyType::kRsa) {
    public_attributes.push_back({CKA_MODULUS_BITS, &modulus_bits, sizeof modulus_bits});
    public_attributes.push_back({CKA_PUBLIC_EXPONENT, exponent, sizeof exponent});
  } else {
    const auto* curve = std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.bits == bits; });
    if (curve == kCurves.end())
      return absl::InvalidArgumentError("unsupported EC key size: 256, 384 and 521 bits are possible");
    public_attributes.push_back({CKA_EC_PARAMS, const_cast<char*>(curve->oid.data()), curve->oid.size()});
  }
  std::vector<CK_ATTRIBUTE> private_attributes;
  add_private_flags(private_attributes, type);
  return token_status(
      "C_GenerateKeyPair",
      call.C_GenerateKeyPair(session, &mechanism, public_attributes.data(), public_attributes.size(),
                             private_attributes.data(), private_attributes.size(), public_object, private_object));
}

absl::StatusOr<crypto::PublicKey> read_rsa_public(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session,
                                                  CK_OBJECT_HANDLE object) {
  const auto modulus = read_attribute(call, session, object, CKA_MODULUS);
  if (!modulus.ok()) return modulus.status();
  const auto exponent = read_attribute(call, session, object, CKA_PUBLIC_EXPONENT);
  if (!exponent.ok()) return exponent.status();
  const auto number = [](const std::string& bytes) {
    return crypto::BignumPtr(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  };
  const crypto::BignumPtr n = number(*modulus);
  const crypto::BignumPtr e = number(*exponent);
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return key_from("RSA", builder.get());
}

absl::StatusOr<crypto::PublicKey> read_ec_public(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session,
                                                 CK_OBJECT_HANDLE object) {
  const auto oid = read_attribute(call, session, object, CKA_EC_PARAMS);
  if (!oid.ok()) return oid.status();
  auto point = read_attribute(call, session, object, CKA_EC_POINT);
  if (!point.ok()) return point.status();
  const Curve* curve = curve_of(*oid);
  if (curve == nullptr) return absl::InvalidArgumentError("unsupported curve");
  // The point stands in an OCTET STRING (PKCS#11 2.40 section 2.3.3); some tokens leave that out.
  const size_t bare = 1 + 2 * static_cast<size_t>((curve->bits + 7) / 8);
  if (point->size() > bare) point->erase(0, point->size() - bare);
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point->data(), point->size());
  return key_from("EC", builder.get());
}

absl::Status create_private(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session, EVP_PKEY* key,
                            const std::string& id) {
  const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
  CK_OBJECT_CLASS object_class = CKO_PRIVATE_KEY;
  CK_KEY_TYPE type = rsa ? CKK_RSA : CKK_EC;
  std::vector<CK_ATTRIBUTE> attributes = {{CKA_CLASS, &object_class, sizeof object_class},
                                          {CKA_KEY_TYPE, &type, sizeof type},
                                          {CKA_ID, const_cast<char*>(id.data()), id.size()}};
  add_private_flags(attributes, rsa ? KeyType::kRsa : KeyType::kEc);
  struct Part {
    CK_ATTRIBUTE_TYPE attribute;
    const char* name;
  };
  static constexpr Part kRsaParts[] = {{CKA_MODULUS, OSSL_PKEY_PARAM_RSA_N},
                                       {CKA_PUBLIC_EXPONENT, OSSL_PKEY_PARAM_RSA_E},
                                       {CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D},
                                       {CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1},
                                       {CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2},
                                       {CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                       {CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                       {CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1}};
  std::vector<crypto::Secret> values;
  values.reserve(std::size(kRsaParts));
  const auto add = [&](CK_ATTRIBUTE_TYPE attribute, crypto::Secret value) {
    values.push_back(std::move(value));
    attributes.push_back({attribute, const_cast<char*>(values.back().view().data()), values.back().size()});
  };
  if (rsa) {
    for (const Part& part : kRsaParts) {
      auto value = number_of(key, part.name, 0);
      if (!value.ok()) return value.status();
      add(part.attribute, *std::move(value));
    }
  } else {
    const int bits = EVP_PKEY_get_bits(key);
    const auto* curve = std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return c.bits == bits; });
    if (curve == kCurves.end()) return absl::InvalidArgumentError("unsupported curve");
    attributes.push_back({CKA_EC_PARAMS, const_cast<char*>(curve->oid.data()), curve->oid.size()});
    auto value = number_of(key, OSSL_PKEY_PARAM_PRIV_KEY, (bits + 7) / 8);
    if (!value.ok()) return value.status();
    add(CKA_VALUE, *std::move(value));
  }
  CK_OBJECT_HANDLE object = 0;
  return token_status("C_CreateObject", call.C_CreateObject(session, attributes.data(), attributes.size(), &object));
}

}  // namespace phone::certificates
