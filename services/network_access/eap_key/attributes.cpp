// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/eap_key/attributes.hpp"

namespace phone::eap_key {
namespace {

std::string of_number(CK_ULONG value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }
std::string of_flag(bool value) { return std::string(1, value ? '\1' : '\0'); }

std::string from_hex(const std::string& hex) {
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(digit(hex[i]) << 4U | digit(hex[i + 1])));
  return bytes;
}

std::optional<std::string> of_key(const Key& key, CK_ATTRIBUTE_TYPE type) {
  switch (type) {
    case CKA_KEY_TYPE:
      return of_number(key.rsa ? CKK_RSA : CKK_EC);
    case CKA_MODULUS:
      return key.rsa ? std::optional(key.modulus) : std::nullopt;
    case CKA_PUBLIC_EXPONENT:
      return key.rsa ? std::optional(key.exponent) : std::nullopt;
    case CKA_MODULUS_BITS:
      return key.rsa ? std::optional(of_number(key.modulus.size() * 8)) : std::nullopt;
    case CKA_EC_PARAMS:
      return key.rsa ? std::nullopt : std::optional(key.curve);
    case CKA_EC_POINT:
      return key.rsa ? std::nullopt : std::optional(key.point);
    default:
      return std::nullopt;
  }
}

std::optional<std::string> of_private_key(CK_ATTRIBUTE_TYPE type) {
  switch (type) {
    case CKA_SIGN:
    case CKA_SENSITIVE:
    case CKA_ALWAYS_SENSITIVE:
    case CKA_NEVER_EXTRACTABLE:
      return of_flag(true);
    case CKA_EXTRACTABLE:
    case CKA_DECRYPT:
    case CKA_UNWRAP:
    case CKA_DERIVE:
    case CKA_SIGN_RECOVER:
    case CKA_ALWAYS_AUTHENTICATE:
      return of_flag(false);
    default:
      return std::nullopt;
  }
}

std::optional<std::string> of_certificate(const Key& key, CK_ATTRIBUTE_TYPE type) {
  switch (type) {
    case CKA_CERTIFICATE_TYPE:
      return of_number(CKC_X_509);
    case CKA_VALUE:
      return key.certificate;
    case CKA_ISSUER:
      return key.issuer;
    case CKA_SERIAL_NUMBER:
      return key.serial;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> attribute(const Key& key, std::string_view label, CK_OBJECT_CLASS object,
                                     CK_ATTRIBUTE_TYPE type) {
  switch (type) {
    case CKA_CLASS:
      return of_number(object);
    case CKA_TOKEN:
      return of_flag(true);
    // The token has no PIN: certificate_manager decides by the caller's uid.
    case CKA_PRIVATE:
    case CKA_MODIFIABLE:
      return of_flag(false);
    case CKA_LABEL:
      return std::string(label);
    case CKA_ID:
      return from_hex(key.fingerprint);
    case CKA_SUBJECT:
      return key.subject;
    default:
      break;
  }
  if (object == CKO_CERTIFICATE) return of_certificate(key, type);
  if (object == CKO_PRIVATE_KEY) {
    if (auto value = of_private_key(type)) return value;
  }
  if (object == CKO_PUBLIC_KEY && type == CKA_VERIFY) return of_flag(true);
  return of_key(key, type);
}

}  // namespace phone::eap_key
