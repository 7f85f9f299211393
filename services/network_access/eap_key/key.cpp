// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/eap_key/key.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <memory>

namespace phone::eap_key {
namespace {

struct Free {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(ECDSA_SIG* p) const { ECDSA_SIG_free(p); }
  void operator()(unsigned char* p) const { OPENSSL_free(p); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;

template <class T, class Encode>
std::string der_of(const T* object, Encode encode) {
  unsigned char* out = nullptr;
  const int size = encode(object, &out);
  const Held<unsigned char> held(out);
  return size > 0 ? std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)) : std::string();
}

std::string number(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Held<BIGNUM> held(raw);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
  BN_bn2bin(raw, reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

// DER of a named curve's object identifier.
std::string curve_of(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return {};
  const ASN1_OBJECT* object = OBJ_nid2obj(OBJ_txt2nid(name.data()));
  return object == nullptr ? std::string() : der_of(object, &i2d_ASN1_OBJECT);
}

std::string point_of(const EVP_PKEY* key) {
  std::array<unsigned char, 160> point{};
  std::size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) != 1) return {};
  if (point[0] != POINT_CONVERSION_UNCOMPRESSED || size < 3) return {};
  std::string der("\x04");
  if (size >= 0x80) der.push_back(static_cast<char>(0x81));
  der.push_back(static_cast<char>(size));
  return der.append(reinterpret_cast<const char*>(point.data()), size);
}

struct DigestName {
  std::string_view name;
  std::size_t size;
  std::string_view info;  // DigestInfo up to the value
};
constexpr std::array<DigestName, 3> kDigests = {{
    {"SHA256", 32, {"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20", 19}},
    {"SHA384", 48, {"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30", 19}},
    {"SHA512", 64, {"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40", 19}},
}};

}  // namespace

std::optional<Key> key_of(const Identity& identity) {
  const auto* at = reinterpret_cast<const unsigned char*>(identity.leaf.data());
  const Held<X509> leaf(d2i_X509(nullptr, &at, static_cast<long>(identity.leaf.size())));
  if (leaf == nullptr) return std::nullopt;
  const EVP_PKEY* key = X509_get0_pubkey(leaf.get());
  if (key == nullptr) return std::nullopt;
  Key made;
  made.certificate = identity.leaf;
  made.fingerprint = identity.key_fingerprint;
  made.subject = der_of(X509_get_subject_name(leaf.get()), &i2d_X509_NAME);
  made.issuer = der_of(X509_get_issuer_name(leaf.get()), &i2d_X509_NAME);
  made.serial = der_of(X509_get0_serialNumber(leaf.get()), &i2d_ASN1_INTEGER);
  const auto bytes = static_cast<std::size_t>((EVP_PKEY_get_bits(key) + 7) / 8);
  made.rsa = EVP_PKEY_is_a(key, "RSA") == 1;
  made.signature_bytes = made.rsa ? bytes : 2 * bytes;
  if (made.rsa) {
    made.modulus = number(key, OSSL_PKEY_PARAM_RSA_N);
    made.exponent = number(key, OSSL_PKEY_PARAM_RSA_E);
    return made.modulus.empty() || made.exponent.empty() ? std::nullopt : std::optional(made);
  }
  made.curve = curve_of(key);
  made.point = point_of(key);
  return made.curve.empty() || made.point.empty() ? std::nullopt : std::optional(made);
}

std::optional<Order> pkcs1_order(std::string_view digest_info) {
  for (const DigestName& one : kDigests) {
    if (!digest_info.starts_with(one.info) || digest_info.size() != one.info.size() + one.size) continue;
    return Order{Scheme::kRsaPkcs1, one.name, digest_info.substr(one.info.size())};
  }
  return std::nullopt;
}

std::optional<Order> ecdsa_order(std::string_view digest) {
  for (const DigestName& one : kDigests) {
    if (digest.size() == one.size) return Order{Scheme::kEcdsa, one.name, digest};
  }
  return std::nullopt;
}

std::optional<std::string> raw_ecdsa(std::string_view der, std::size_t size) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const Held<ECDSA_SIG> signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (signature == nullptr) return std::nullopt;
  std::string raw(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  const auto half = static_cast<int>(size / 2);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, half) != half ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + half, half) != half) {
    return std::nullopt;
  }
  return raw;
}

}  // namespace phone::eap_key
