// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/path.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::crypto {
namespace {

constexpr int kWeakestDigest = 112;  // bits of security, as level 2 wants them of certificates

using CrlPtr = std::unique_ptr<X509_CRL, Freer<X509_CRL_free>>;

absl::StatusOr<BioPtr> reader(std::string_view pem) {
  if (pem.size() > kLargestPem) return absl::ResourceExhaustedError("PEM file is larger than 4 MiB");
  BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!in) return absl::InternalError(openssl_errors());
  return in;
}

// The end of a PEM text looks like an error; everything else is one.
absl::Status read_to_the_end(std::string_view what, std::size_t count) {
  const bool at_end = pem_text_ended();
  const std::string detail = openssl_errors();
  if (!at_end) return absl::InvalidArgumentError(absl::StrCat(std::string(what), " ", count + 1, ": ", detail));
  if (count == 0) return absl::InvalidArgumentError(absl::StrCat("no ", std::string(what), " in PEM form"));
  return absl::OkStatus();
}

// OpenSSL holds certificates to its level, CRLs not.
bool weakly_signed(const X509_CRL* crl) {
  int digest = 0;
  int key = 0;
  if (OBJ_find_sigid_algs(X509_CRL_get_signature_nid(crl), &digest, &key) != 1) return true;
  if (digest == NID_undef) return false;  // PSS states it elsewhere, EdDSA has none
  const EVP_MD* method = EVP_get_digestbynid(digest);
  return method == nullptr || EVP_MD_get_size(method) * 4 < kWeakestDigest;
}

}  // namespace

TrustAnchors::TrustAnchors() : store_(X509_STORE_new(), X509_STORE_free) {}

absl::Status TrustAnchors::add(X509* certificate) {
  if (size_ >= kMostAnchors) return absl::ResourceExhaustedError(absl::StrCat("more than ", kMostAnchors, " anchors"));
  if (!store_ || X509_STORE_add_cert(store_.get(), certificate) != 1) return absl::InternalError(openssl_errors());
  ++size_;
  return absl::OkStatus();
}

// A weakly signed CRL is not kept: certificates that need it are then refused for want of one.
absl::Status TrustAnchors::add(X509_CRL* crl) {
  crls_ = true;
  if (weakly_signed(crl)) return absl::OkStatus();
  if (!store_ || X509_STORE_add_crl(store_.get(), crl) != 1) return absl::InternalError(openssl_errors());
  return absl::OkStatus();
}

absl::StatusOr<TrustAnchors> TrustAnchors::of(const std::vector<Certificate>& certificates) {
  TrustAnchors anchors;
  for (const Certificate& each : certificates) {
    if (absl::Status status = anchors.add(each.get()); !status.ok()) return status;
  }
  return anchors;
}

absl::StatusOr<TrustAnchors> TrustAnchors::from_pem(std::string_view pem) {
  auto in = reader(pem);
  if (!in.ok()) return in.status();
  TrustAnchors anchors;
  for (;;) {
    const X509Ptr one(PEM_read_bio_X509_AUX(in->get(), nullptr, nullptr, nullptr));
    if (!one) break;
    if (absl::Status status = anchors.add(one.get()); !status.ok()) return status;
  }
  if (absl::Status status = read_to_the_end("certificate", anchors.size()); !status.ok()) return status;
  return anchors;
}

absl::Status TrustAnchors::add_crls_from_pem(std::string_view pem) {
  auto in = reader(pem);
  if (!in.ok()) return in.status();
  std::size_t count = 0;
  for (;; ++count) {
    const CrlPtr one(PEM_read_bio_X509_CRL(in->get(), nullptr, nullptr, nullptr));
    if (!one) break;
    if (absl::Status status = add(one.get()); !status.ok()) return status;
  }
  return read_to_the_end("CRL", count);
}

absl::Status TrustAnchors::add_crl(std::string_view der) {
  if (der.size() > kLargestPem) return absl::ResourceExhaustedError("the CRL is larger than 4 MiB");
  const auto* position = reinterpret_cast<const unsigned char*>(der.data());
  const CrlPtr one(d2i_X509_CRL(nullptr, &position, static_cast<long>(der.size())));
  if (!one || position != reinterpret_cast<const unsigned char*>(der.data()) + der.size()) {
    return absl::InvalidArgumentError(absl::StrCat("the CRL is damaged: ", openssl_errors()));
  }
  return add(one.get());
}

}  // namespace phone::crypto
