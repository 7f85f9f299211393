// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/scep_authority.hpp"

#include <algorithm>
#include <memory>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/path_dates.hpp"
#include "common/text/foreign_text.hpp"
#include "services/certificate_manager/enrolment/scep_cms.hpp"

namespace phone::enrolment {
namespace {

using crypto::Certificate;
using StorePtr = std::unique_ptr<X509_STORE, crypto::Freer<X509_STORE_free>>;
using StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, crypto::Freer<X509_STORE_CTX_free>>;

constexpr int kSecurityLevel = 2;  // RSA 2048, SHA-2: OpenSSL's, as everywhere paths are built
constexpr int kDepth = 4;

bool is_ca(const Certificate& certificate) { return X509_check_ca(certificate.get()) == 1; }

// Absent key usage allows everything (RFC 5280 section 4.2.1.3).
bool takes_envelopes(const Certificate& certificate) {
  return certificate.public_key().is_rsa() && (X509_get_key_usage(certificate.get()) & KU_KEY_ENCIPHERMENT) != 0;
}

const Certificate* find_recipient(const std::vector<Certificate>& proven) {
  for (const bool ca : {false, true}) {
    for (const auto& certificate : proven) {
      if (is_ca(certificate) == ca && takes_envelopes(certificate)) return &certificate;
    }
  }
  // Without an RA, a CA takes envelopes even if its key usage names only signing: such CAs exist, and SCEP has no other
  // key.
  const bool alone = std::all_of(proven.begin(), proven.end(), is_ca);
  return alone && proven.back().public_key().is_rsa() ? &proven.back() : nullptr;
}

}  // namespace

absl::StatusOr<std::vector<Certificate>> read_authority(std::string_view media_type, std::string_view body) {
  if (media_type == "application/x-x509-ca-cert") {
    auto certificate = Certificate::parse(body);
    if (!certificate.ok()) return absl::InvalidArgumentError("GetCACert did not return a certificate");
    return std::vector<Certificate>{*std::move(certificate)};
  }
  if (media_type == "application/x-x509-ca-ra-cert") {
    const auto cms = read_cms(body, NID_pkcs7_signed, "GetCACert's answer");
    if (!cms.ok()) return cms.status();
    auto certificates = certificates_in(cms->get());
    if (certificates.ok() && certificates->empty())
      return absl::InvalidArgumentError("GetCACert returned no certificate");
    return certificates;
  }
  return absl::InvalidArgumentError(absl::StrCat("GetCACert returned no certificates but ",
                                                 text::printable(media_type, 64), ": ", text::printable(body, 100)));
}

absl::StatusOr<Authority> believe(const std::vector<Certificate>& offered, const Fingerprint& fingerprint,
                                  const clock::Present& present) {
  const auto root =
      std::find_if(offered.begin(), offered.end(), [&](const Certificate& one) { return matches(fingerprint, one); });
  if (root == offered.end()) {
    return absl::PermissionDeniedError("no certificate of the SCEP server matches the configured root fingerprint");
  }
  if (!is_ca(*root))
    return absl::PermissionDeniedError("the certificate with the root fingerprint is not a CA certificate");
  if (auto status = leads_to(*root, *root, {}, present); !status.ok()) return status;
  std::vector<Certificate> proven = {*root};
  for (const auto& other : offered) {
    // What does not lead to the root is as if it had not been sent.
    if (other != *root && leads_to(*root, other, offered, present).ok()) proven.push_back(other);
  }
  const Certificate* recipient = find_recipient(proven);
  if (recipient == nullptr)
    return absl::InvalidArgumentError("the SCEP server has no RSA key to encrypt a request for");
  std::string issuer = is_ca(*recipient) ? recipient->subject_der() : recipient->issuer_der();
  return Authority{*root, proven, *recipient, std::move(issuer)};
}

absl::Status leads_to(const Certificate& root, const Certificate& leaf, const std::vector<Certificate>& others,
                      const clock::Present& present) {
  const StorePtr store(X509_STORE_new());
  const StoreCtxPtr context(X509_STORE_CTX_new());
  const CertificateStack untrusted = stack_of(others);
  if (store == nullptr || context == nullptr || X509_STORE_add_cert(store.get(), root.get()) != 1 ||
      X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), untrusted.get()) != 1) {
    return absl::InternalError(crypto::openssl_errors());
  }
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  // Before there is a time the path is found by names and signatures, and its dates are judged afterwards.
  if (present.known) {
    X509_VERIFY_PARAM_set_time(rules, absl::ToTimeT(present.time));
  } else {
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_NO_CHECK_TIME);
  }
  X509_VERIFY_PARAM_set_auth_level(rules, kSecurityLevel);
  X509_VERIFY_PARAM_set_depth(rules, kDepth);
  // The fingerprint makes the anchor, whether or not it signed itself.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  int error = X509_V_OK;
  if (X509_verify_cert(context.get()) != 1) {
    error = X509_STORE_CTX_get_error(context.get());
  } else if (!present.known) {
    const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context.get());
    error = crypto::error_of_dates(path, clock::judging_time(present, crypto::begins_of(path)));
  }
  crypto::openssl_errors();  // emptied: the reason is the context's
  if (error == X509_V_OK) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("\"", leaf.subject(), "\" does not chain to the root: ", X509_verify_cert_error_string(error)));
}

}  // namespace phone::enrolment
