// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/issue.hpp"

#include <arpa/inet.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

struct Extension {
  int nid;
  std::string value;
};

std::string alternative_names(const Request& request) {
  std::string text;
  for (const std::string& host : request.hosts) {
    unsigned char raw[16];
    const bool address = inet_pton(AF_INET, host.c_str(), raw) == 1 || inet_pton(AF_INET6, host.c_str(), raw) == 1;
    const char* kind = request.extensions == Extensions::kDevice ? "URI:" : address ? "IP:" : "DNS:";
    absl::StrAppend(&text, text.empty() ? "" : ",", kind, host);
  }
  return text;
}

std::vector<Extension> extensions_of(const Request& request) {
  std::vector<Extension> all;
  switch (request.extensions) {
    case Extensions::kServer:
      all = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
             {NID_key_usage, "digitalSignature,keyEncipherment,dataEncipherment,keyCertSign,cRLSign"},
             {NID_ext_key_usage, "serverAuth,clientAuth,ipsecEndSystem"},
             {NID_subject_key_identifier, "hash"}};
      break;
    case Extensions::kAuthority:
      all = {{NID_basic_constraints, "critical,CA:TRUE"},
             {NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature,keyEncipherment"},
             {NID_subject_key_identifier, "hash"}};
      break;
    case Extensions::kDevice:
      all = {{NID_basic_constraints, "critical,CA:FALSE"},
             {NID_key_usage, "critical,digitalSignature,keyEncipherment"},
             {NID_ext_key_usage, "serverAuth,clientAuth,ipsecEndSystem"}};
      break;
    case Extensions::kManufactured:
    case Extensions::kClient:
      all = {{NID_basic_constraints, "CA:FALSE"},
             {NID_key_usage, "critical,digitalSignature,keyEncipherment"},
             {NID_ext_key_usage, "clientAuth,serverAuth"},
             {NID_subject_key_identifier, "hash"},
             {NID_authority_key_identifier, "keyid"}};
      break;
  }
  if (!request.hosts.empty()) all.push_back({NID_subject_alt_name, alternative_names(request)});
  return all;
}

bool add_extension(X509* certificate, X509* issuer, const Extension& wanted) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, wanted.nid, wanted.value.c_str());
  if (made == nullptr) return false;
  const bool added = X509_add_ext(certificate, made, -1) == 1;
  X509_EXTENSION_free(made);
  return added;
}

void set_serial(X509* certificate, std::string bytes) {
  if (bytes.empty()) {
    bytes.resize(16);
    RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  }
  BIGNUM* number =
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
}

}  // namespace

KeyPtr make_rsa(unsigned bits) { return KeyPtr(EVP_RSA_gen(bits)); }

KeyPtr make_ec(const char* curve) { return KeyPtr(EVP_EC_gen(curve)); }

absl::StatusOr<X509Ptr> issue(const Request& request, EVP_PKEY* subject_key, const Identity* issuer,
                              EVP_PKEY* self_key) {
  X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  set_serial(certificate.get(), request.serial);
  time_t from = request.not_before != 0 ? request.not_before : time(nullptr) - 3600;
  X509_time_adj_ex(X509_getm_notBefore(certificate.get()), 0, 0, &from);
  X509_time_adj_ex(X509_getm_notAfter(certificate.get()), request.days, 0, &from);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  for (const Entry& one : request.subject) {
    const auto* value = reinterpret_cast<const unsigned char*>(one.value.c_str());
    X509_NAME_add_entry_by_txt(name, one.field.c_str(), MBSTRING_UTF8, value, -1, -1, 0);
  }
  X509* issuing = issuer != nullptr ? issuer->x509() : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuing));
  X509_set_pubkey(certificate.get(), subject_key);
  for (const Extension& one : extensions_of(request)) {
    if (!add_extension(certificate.get(), issuing, one)) {
      return absl::InvalidArgumentError(absl::StrCat("extension ", one.value, ": ", openssl_error_text()));
    }
  }
  EVP_PKEY* signing = issuer != nullptr ? issuer->key() : self_key;
  if (signing == nullptr || X509_sign(certificate.get(), signing, EVP_sha256()) == 0) {
    return absl::InternalError(absl::StrCat("cannot sign: ", openssl_error_text()));
  }
  return certificate;
}

absl::StatusOr<IdentityPtr> self_signed(const Request& request, KeyPtr key) {
  auto certificate = issue(request, key.get(), nullptr, key.get());
  if (!certificate.ok()) return certificate.status();
  return std::make_shared<Identity>(*std::move(certificate), std::move(key));
}

absl::StatusOr<IdentityPtr> issued_by(const Identity& issuer, const Request& request, KeyPtr key) {
  auto certificate = issue(request, key.get(), &issuer, nullptr);
  if (!certificate.ok()) return certificate.status();
  return std::make_shared<Identity>(*std::move(certificate), std::move(key));
}

Request device_request(const Identity& capf, const std::string& device) {
  Request request{.subject = {}, .extensions = Extensions::kDevice, .hosts = {device}, .days = 365};
  const X509_NAME* name = X509_get_subject_name(capf.x509());
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const std::string field = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)));
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                           static_cast<size_t>(ASN1_STRING_length(value)));
    request.subject.push_back({field, field == "CN" ? device : text});
  }
  return request;
}

absl::StatusOr<IdentityPtr> issue_device(const Identity& capf, const Request& request, std::string_view spki) {
  const auto* position = reinterpret_cast<const unsigned char*>(spki.data());
  const KeyPtr key(d2i_PUBKEY(nullptr, &position, static_cast<long>(spki.size())));
  if (!key) return absl::InvalidArgumentError(absl::StrCat("not a public key: ", openssl_error_text()));
  auto certificate = issue(request, key.get(), &capf, nullptr);
  if (!certificate.ok()) return certificate.status();
  return std::make_shared<Identity>(*std::move(certificate), nullptr);
}

}  // namespace phone::lab
