// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/scep_request.hpp"

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::enrolment {
namespace {

using RequestPtr = std::unique_ptr<X509_REQ, crypto::Freer<X509_REQ_free>>;

constexpr std::int64_t kWeekSeconds = 7 * 24 * 3600;
constexpr std::int64_t kHourSeconds = 3600;  // clocks of phones and servers seldom agree on the minute

bool set_name(X509_NAME* name, std::string_view common_name) {
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

template <auto kEncode, class Object>
std::string der_of(Object* object) {
  unsigned char* der = nullptr;
  const int size = kEncode(object, &der);
  const crypto::OpensslBytes held(der);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_cleanse(der, static_cast<std::size_t>(size));
  return bytes;
}

absl::Status failed(const char* what) {
  return absl::InternalError(absl::StrCat(what, " not made: ", crypto::openssl_errors()));
}

}  // namespace

absl::StatusOr<crypto::Secret> certificate_request(const crypto::PublicKey& public_key, EVP_PKEY* key,
                                                   std::string_view common_name, const crypto::Secret& challenge) {
  const RequestPtr request(X509_REQ_new());
  if (request == nullptr || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      !set_name(X509_REQ_get_subject_name(request.get()), common_name) ||
      X509_REQ_set_pubkey(request.get(), public_key.get()) != 1) {
    return failed("request");
  }
  if (!challenge.empty() && X509_REQ_add1_attr_by_NID(request.get(), NID_pkcs9_challengePassword, MBSTRING_UTF8,
                                                      reinterpret_cast<const unsigned char*>(challenge.view().data()),
                                                      static_cast<int>(challenge.size())) != 1) {
    return failed("request");
  }
  if (X509_REQ_sign(request.get(), key, EVP_sha256()) <= 0) return failed("request");
  return crypto::Secret(der_of<i2d_X509_REQ>(request.get()));
}

absl::StatusOr<crypto::Certificate> self_signed(const crypto::PublicKey& public_key, EVP_PKEY* key,
                                                std::string_view common_name, const clock::Present& present) {
  const crypto::X509Ptr certificate(X509_new());
  std::time_t at = absl::ToTimeT(present.time);
  // The serial is of the key, so that the server sees one number for one transaction.
  const std::string serial = crypto::digest(crypto::Digest::kSha1, public_key.spki());
  const crypto::BignumPtr number(BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), 16, nullptr));
  if (certificate == nullptr || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) == nullptr ||
      X509_time_adj_ex(X509_getm_notBefore(certificate.get()), 0, -kHourSeconds, &at) == nullptr ||
      // While the time is unknown no end can be computed: RFC 5280 section 4.1.2.5, no well-defined end.
      !(present.known ? X509_time_adj_ex(X509_getm_notAfter(certificate.get()), 0, kWeekSeconds, &at) != nullptr
                      : ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), "99991231235959Z") == 1) ||
      !set_name(X509_get_subject_name(certificate.get()), common_name) ||
      X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) != 1 ||
      X509_set_pubkey(certificate.get(), public_key.get()) != 1 ||
      X509_sign(certificate.get(), key, EVP_sha256()) <= 0) {
    return failed("self-signed certificate");
  }
  return crypto::Certificate::parse(der_of<i2d_X509>(certificate.get()));
}

std::string issuer_and_subject(std::string_view issuer, std::string_view subject) {
  const std::size_t length = issuer.size() + subject.size();
  std::string der = "\x30";
  if (length < 0x80) {
    der += static_cast<char>(length);
  } else if (length < 0x100) {
    der += '\x81';
    der += static_cast<char>(length);
  } else {
    der += '\x82';
    der += static_cast<char>(length >> 8);
    der += static_cast<char>(length & 0xff);
  }
  der += issuer;
  der += subject;
  return der;
}

}  // namespace phone::enrolment
