// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/cms.h>

#include "absl/status/statusor.h"
#include "common/crypto/pointers.hpp"
#include "common/crypto/x509.hpp"

// The few CMS structures of SCEP between bytes and OpenSSL (RFC 5652, RFC 8894 section 3).
namespace phone::enrolment {

using CmsPtr = std::unique_ptr<CMS_ContentInfo, crypto::Freer<CMS_ContentInfo_free>>;

struct CertificateStackFreer {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using CertificateStack = std::unique_ptr<STACK_OF(X509), CertificateStackFreer>;

// Bigger than any answer seen; a bound on work for hostile bytes.
inline constexpr std::size_t kMaximumCms = std::size_t{64} * 1024;
inline constexpr std::size_t kMaximumCertificates = 32;

crypto::BioPtr reading(std::string_view bytes);
std::string content_of(BIO* memory);

// Exactly one ContentInfo of that type (NID_pkcs7_signed, NID_pkcs7_enveloped). INVALID_ARGUMENT names `what`.
// With a library context its algorithms are that context's.
absl::StatusOr<CmsPtr> read_cms(std::string_view der, int type, std::string_view what, OSSL_LIB_CTX* library = nullptr);
absl::StatusOr<std::string> cms_der(CMS_ContentInfo* cms);

// The certificates of a SignedData, at most 32 of them, none twice.
absl::StatusOr<std::vector<crypto::Certificate>> certificates_in(CMS_ContentInfo* cms);
// References of their own.
CertificateStack stack_of(const std::vector<crypto::Certificate>& certificates);

}  // namespace phone::enrolment
