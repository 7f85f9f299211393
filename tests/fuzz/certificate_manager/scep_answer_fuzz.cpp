// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Everything a SCEP server sends: GetCACert in both forms, the answer with a signature that holds around fuzzed
// attributes, the envelope, and what is in it.
#include <cstdint>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "absl/time/clock.h"
#include "common/crypto/remote_key.hpp"
#include "services/certificate_manager/enrolment/scep_cms.hpp"
#include "services/certificate_manager/enrolment/scep_message.hpp"

namespace {

using namespace phone;
using namespace phone::enrolment;

struct Server {
  crypto::EvpPkeyPtr key;
  crypto::Certificate certificate;
  Authority authority;
};

crypto::Certificate self_signed(EVP_PKEY* key) {
  const crypto::X509Ptr made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86400);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("ca"), -1, -1, 0);
  X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  X509_set_pubkey(made.get(), key);
  X509_sign(made.get(), key, EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509(made.get(), &der);
  const crypto::OpensslBytes held(der);
  return *crypto::Certificate::parse({reinterpret_cast<char*>(der), static_cast<std::size_t>(size)});
}

const Server& server() {
  static const Server made = [] {
    crypto::EvpPkeyPtr key(EVP_EC_gen("P-256"));
    crypto::Certificate certificate = self_signed(key.get());
    Authority authority{certificate, {certificate}, certificate, certificate.subject_der()};
    return Server{std::move(key), certificate, authority};
  }();
  return made;
}

const ScepSigner& phone_side() {
  static const crypto::EvpPkeyPtr own(EVP_RSA_gen(2048));
  static const crypto::Certificate certificate = self_signed(own.get());
  static const crypto::EvpPkeyPtr remote = *crypto::remote_private_key(
      certificate.public_key(), [](const crypto::SigningInput&) { return absl::InternalError("never"); },
      [](const std::string& wrapped) { return absl::StatusOr<crypto::Secret>(crypto::Secret(wrapped.substr(0, 16))); });
  static const ScepSigner speaker{certificate, remote.get()};
  return speaker;
}

// Fields of the input, each with a length byte before it.
std::string_view field(std::string_view& rest) {
  if (rest.empty()) return {};
  const auto size = std::min<std::size_t>(static_cast<unsigned char>(rest[0]), rest.size() - 1);
  const std::string_view found = rest.substr(1, size);
  rest.remove_prefix(1 + size);
  return found;
}

void signed_answer(std::string_view rest) {
  static constexpr const char* kAttributes[] = {
      "2.16.840.1.113733.1.9.2", "2.16.840.1.113733.1.9.3", "2.16.840.1.113733.1.9.4", "2.16.840.1.113733.1.9.5",
      "2.16.840.1.113733.1.9.6", "2.16.840.1.113733.1.9.7", "1.3.6.1.5.5.7.24.1"};
  static constexpr int kTypes[] = {V_ASN1_PRINTABLESTRING, V_ASN1_OCTET_STRING, V_ASN1_UTF8STRING, V_ASN1_INTEGER};
  const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY));
  CMS_SignerInfo* signer = CMS_add1_signer(cms.get(), server().certificate.get(), server().key.get(), EVP_sha256(),
                                           CMS_PARTIAL | CMS_NOSMIMECAP);
  for (const char* oid : kAttributes) {
    const std::string_view value = field(rest);
    const int type = value.empty() ? V_ASN1_PRINTABLESTRING : kTypes[static_cast<unsigned char>(value[0]) % 4];
    const std::string_view bytes = value.empty() ? value : value.substr(1);
    if (type != V_ASN1_INTEGER) {
      CMS_signed_add1_attr_by_txt(signer, oid, type, bytes.data(), static_cast<int>(bytes.size()));
    }
  }
  CMS_final(cms.get(), reading(rest).get(), nullptr, CMS_BINARY);
  const auto der = cms_der(cms.get());
  if (!der.ok()) return;
  const auto answer = read_answer(*der, server().authority, "t", "nonce");
  if (answer.ok() && answer->status == PkiStatus::kSuccess) {
    static_cast<void>(open_envelope(answer->envelope, phone_side()));
  }
}

}  // namespace

// Keys are made before the first input, whose time would be blamed for it.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  static_cast<void>(server());
  static_cast<void>(phone_side());
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: {
      const auto offered = read_authority("application/x-x509-ca-cert", rest);
      if (offered.ok())
        static_cast<void>(believe(*offered, {crypto::Digest::kSha256, {}},
                                  clock::Present{.time = absl::UnixEpoch(), .known = false}));
      break;
    }
    case 1: {
      const auto offered = read_authority("application/x-x509-ca-ra-cert", rest);
      if (!offered.ok()) break;
      // Every certificate as if it were the one with the fingerprint.
      for (const auto& one : *offered) {
        static_cast<void>(believe(*offered, {crypto::Digest::kSha1, one.fingerprint(crypto::Digest::kSha1)},
                                  clock::Present{.time = absl::Now()}));
      }
      break;
    }
    case 2:
      static_cast<void>(read_answer(rest, server().authority, "t", "nonce"));
      break;
    case 3:
      signed_answer(rest);
      break;
    case 4:
      static_cast<void>(open_envelope(rest, phone_side()));
      break;
    default: {
      const auto inner = read_cms(rest, NID_pkcs7_signed, "content");
      if (inner.ok()) static_cast<void>(certificates_in(inner->get()));
      static_cast<void>(parse_fingerprint(rest));
      break;
    }
  }
  return 0;
}
