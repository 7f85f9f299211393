// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/scep_cms.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"

namespace phone::enrolment {
namespace {

absl::StatusOr<crypto::Certificate> certificate_of(X509* x509) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509, &der);
  const crypto::OpensslBytes held(der);
  if (size <= 0) return absl::InvalidArgumentError(crypto::openssl_errors());
  return crypto::Certificate::parse({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
}

}  // namespace

crypto::BioPtr reading(std::string_view bytes) {
  return crypto::BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string content_of(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return size <= 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

absl::StatusOr<CmsPtr> read_cms(std::string_view der, int type, std::string_view what, OSSL_LIB_CTX* library) {
  if (der.size() > kMaximumCms)
    return absl::InvalidArgumentError(absl::StrCat(std::string(what), " is larger than 64 KiB"));
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  // What d2i does not read it frees.
  CMS_ContentInfo* made = CMS_ContentInfo_new_ex(library, nullptr);
  CmsPtr cms(d2i_CMS_ContentInfo(&made, &at, static_cast<long>(der.size())));
  if (cms == nullptr) crypto::openssl_errors();  // emptied: its text is about ASN.1, not about the server
  if (cms == nullptr || at != end || OBJ_obj2nid(CMS_get0_type(cms.get())) != type) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(what), " is not the expected CMS structure"));
  }
  return cms;
}

absl::StatusOr<std::string> cms_der(CMS_ContentInfo* cms) {
  unsigned char* der = nullptr;
  const int size = i2d_CMS_ContentInfo(cms, &der);
  const crypto::OpensslBytes held(der);
  if (size <= 0) return absl::InternalError(crypto::openssl_errors());
  return std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
}

absl::StatusOr<std::vector<crypto::Certificate>> certificates_in(CMS_ContentInfo* cms) {
  const CertificateStack stack(CMS_get1_certs(cms));
  std::vector<crypto::Certificate> found;
  for (int i = 0; i < sk_X509_num(stack.get()); ++i) {
    auto certificate = certificate_of(sk_X509_value(stack.get(), i));
    if (!certificate.ok()) return certificate.status();
    if (std::find(found.begin(), found.end(), *certificate) != found.end()) continue;
    if (found.size() == kMaximumCertificates)
      return absl::InvalidArgumentError(absl::StrCat("more than ", kMaximumCertificates, " certificates"));
    found.push_back(*std::move(certificate));
  }
  return found;
}

CertificateStack stack_of(const std::vector<crypto::Certificate>& certificates) {
  CertificateStack stack(sk_X509_new_null());
  for (const auto& certificate : certificates) {
    X509_up_ref(certificate.get());
    sk_X509_push(stack.get(), certificate.get());
  }
  return stack;
}

}  // namespace phone::enrolment
