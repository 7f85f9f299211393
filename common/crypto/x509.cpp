// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/x509.hpp"

#include <ctime>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "absl/strings/str_cat.h"
#include "common/crypto/certificate_shape.hpp"
#include "common/crypto/errors.hpp"
#include "common/crypto/path_dates.hpp"
#include "common/crypto/pointers.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::crypto {
namespace {

// Above any plausible name; check_certificate_shape bounds the input.
constexpr size_t kLongestNameText = 1024;

// Escaped by RFC 2253 and clean: whatever the issuer wrote is a protobuf string and one line of a log.
std::string text_of(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  // RFC 2253 escapes without its reversal: Cisco's lists write names in the certificate's order.
  constexpr unsigned long kFlags = (XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV & ~ASN1_STRFLGS_ESC_MSB) | ASN1_STRFLGS_ESC_2254;
  if (out == nullptr || X509_NAME_print_ex(out.get(), name, 0, kFlags) < 0) {
    openssl_errors();
    return {};
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return text::clean({bytes, static_cast<size_t>(size)}, kLongestNameText);
}

std::string der_of(const X509_NAME* name) {
  const unsigned char* bytes = nullptr;
  size_t size = 0;
  if (X509_NAME_get0_der(name, &bytes, &size) != 1) {
    openssl_errors();
    return {};
  }
  return {reinterpret_cast<const char*>(bytes), size};
}

std::string der_of(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  const OpensslBytes held(der);
  if (size > 0) return {reinterpret_cast<const char*>(der), static_cast<size_t>(size)};
  openssl_errors();
  return {};
}

// The content octets of the INTEGER without leading zeros. They are compared as octets, so a negative number, which RFC
// 5280 forbids and equipment in the field has, keeps its two's complement form.
std::string serial_octets(const ASN1_INTEGER* serial) {
  unsigned char* der = nullptr;
  const int size = i2d_ASN1_INTEGER(serial, &der);
  const OpensslBytes held(der);
  const unsigned char* content = der;
  long length = 0;
  int tag = 0, kind = 0;
  if (size <= 0 || (ASN1_get_object(&content, &length, &tag, &kind, size) & 0x80) != 0) {
    openssl_errors();
    return {};
  }
  for (; length > 1 && *content == 0; ++content) --length;
  return {reinterpret_cast<const char*>(content), static_cast<size_t>(length)};
}

}  // namespace

absl::StatusOr<Certificate> Certificate::parse(std::string_view der) {
  if (der.size() > kMaximumSize) return absl::InvalidArgumentError("the certificate is larger than 64 KiB");
  if (absl::Status status = check_certificate_shape(der); !status.ok()) return status;
  const auto* start = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* position = start;
  std::shared_ptr<X509> certificate(d2i_X509(nullptr, &position, static_cast<long>(der.size())), X509_free);
  if (certificate == nullptr) {
    openssl_errors();  // clears the queue; which ASN.1 rule was broken does not help the reader
    return absl::InvalidArgumentError("the certificate is damaged");
  }
  if (position != start + der.size()) return absl::InvalidArgumentError("there are bytes after the certificate");
  auto key = PublicKey::from_x509(certificate.get());
  if (!key.ok()) return key.status();
  return Certificate(std::make_shared<const Data>(Data{std::string(der), std::move(certificate), *std::move(key)}));
}

std::string Certificate::subject() const { return text_of(X509_get_subject_name(get())); }
std::string Certificate::issuer() const { return text_of(X509_get_issuer_name(get())); }
std::string Certificate::issuer_der() const { return der_of(X509_get_issuer_name(get())); }
std::string Certificate::subject_der() const { return der_of(X509_get_subject_name(get())); }

std::string Certificate::serial() const { return serial_octets(X509_get0_serialNumber(get())); }

absl::Time Certificate::not_before() const { return time_of(X509_get0_notBefore(get())); }
absl::Time Certificate::not_after() const { return time_of(X509_get0_notAfter(get())); }

std::string Certificate::signature_algorithm() const {
  const char* name = OBJ_nid2ln(X509_get_signature_nid(get()));
  return name != nullptr ? name : "";
}

std::string Certificate::fingerprint(Digest algorithm) const { return hex(digest(algorithm, der())); }

std::string Certificate::common_name() const {
  const X509_NAME* name = X509_get_subject_name(get());
  int last = -1;
  for (int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) {
    last = at;
  }
  if (last < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
  const OpensslBytes held(utf8);
  if (size < 0) {
    openssl_errors();
    return {};
  }
  return text::clean({reinterpret_cast<const char*>(utf8), static_cast<size_t>(size)}, kLongestNameText);
}

absl::StatusOr<Certificate> certificate_from_pem(std::string_view pem) {
  const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Ptr certificate(in == nullptr ? nullptr : PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("not a certificate in PEM format: ", openssl_errors()));
  }
  return Certificate::parse(der_of(certificate.get()));
}

absl::StatusOr<std::vector<Certificate>> certificates_from_pem(std::string_view pem) {
  const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> certificates;
  while (in != nullptr) {
    const X509Ptr one(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (one == nullptr) break;
    auto certificate = Certificate::parse(der_of(one.get()));
    if (!certificate.ok()) return certificate.status();
    certificates.push_back(*std::move(certificate));
  }
  // The end of the text looks like an error; everything else is one.
  const bool at_end = pem_text_ended();
  const std::string detail = openssl_errors();
  if (at_end) return certificates;
  return absl::InvalidArgumentError(absl::StrCat("certificate ", certificates.size() + 1, " in PEM format: ", detail));
}

std::string to_pem(const Certificate& certificate) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (out == nullptr || PEM_write_bio_X509(out.get(), certificate.get()) != 1) {
    openssl_errors();
    return {};
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<size_t>(size)};
}

std::string title_of_name(const X509_NAME* name) {
  constexpr size_t kLongest = 200;
  std::string name_text = text_of(name);
  if (name_text.size() > kLongest) name_text = absl::StrCat(text::clean(name_text, kLongest), "...");
  return name_text.empty() ? "(no name)" : name_text;
}

std::string title(const X509* certificate) {
  return absl::StrCat(title_of_name(X509_get_subject_name(certificate)), " (serial ",
                      hex(serial_octets(X509_get0_serialNumber(certificate))), ")");
}

}  // namespace phone::crypto
