// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Whether a certificate may be believed because issuers lead from it to an anchor (RFC 5280), for the name and purpose
// it is met under (RFC 6125). This is the rule for peers no trust list names: HTTPS, RADIUS, SCEP. That a list names
// exactly this certificate is another rule and another function, trust_store's judge_peer; neither stands in for the
// other. decisions/2026-11-25-path-validation.md and 2026-11-28-strict-paths.md have what is
// stricter here than in OpenSSL.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/x509.hpp"

namespace phone::crypto {

// Bounds on the work a peer can cause, and on configured files.
inline constexpr std::size_t kMostIntermediates = 16;
inline constexpr int kDeepestPath = 8;  // certificates between leaf and anchor
inline constexpr std::size_t kMostAnchors = 512;
inline constexpr std::size_t kLargestPem = 4096 * 1024;

// The ends of paths, and the revoked certificates. A path ends in a self-signed certificate, or in another one whose
// TRUSTED CERTIFICATE form says that it may; the rest are intermediates at hand. Made once, used by any number of
// validations, from any thread.
class TrustAnchors {
 public:
  TrustAnchors();  // none

  static absl::StatusOr<TrustAnchors> of(const std::vector<Certificate>& certificates);
  // All certificates of a PEM text. The uses that OpenSSL's TRUSTED CERTIFICATE form allows and rejects are honoured.
  // INVALID_ARGUMENT when there is none or one cannot be read.
  static absl::StatusOr<TrustAnchors> from_pem(std::string_view pem);

  // Once there is one, each certificate of a path but the anchor needs a current CRL of its issuer.
  absl::Status add_crls_from_pem(std::string_view pem);
  absl::Status add_crl(std::string_view der);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool has_crls() const { return crls_; }
  X509_STORE* get() const { return store_.get(); }

 private:
  absl::Status add(X509* certificate);
  absl::Status add(X509_CRL* crl);

  std::shared_ptr<X509_STORE> store_;
  std::size_t size_ = 0;
  bool crls_ = false;
};

enum class PathPurpose {
  kServer,
  kClient,
  // A certificate authority's SCEP server: the authority itself or one it has certified, CA or not, for any use.
  // The anchor need not have signed itself, since its fingerprint is configured.
  kAuthority,
};

struct PathRules {
  PathPurpose purpose = PathPurpose::kServer;
  absl::Time at;     // nothing here reads a clock
  std::string name;  // DNS name or IP address the leaf must have as SAN; empty: any name
  bool fips = false;
  int deepest = kDeepestPath;  // certificates between leaf and anchor, at most kDeepestPath
};

struct PathVerdict {
  bool trusted = false;
  std::string reason;  // one line that names the certificate and the cause
  std::string anchor;  // when trusted: title of the certificate the path ends in
};

PathVerdict validate_path(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                          const TrustAnchors& anchors, const PathRules& rules);

// The same for a chain as TLS peers send it: DER, leaf first, the rest in any order.
PathVerdict validate_path(const std::vector<std::string>& chain_der, const TrustAnchors& anchors,
                          const PathRules& rules);

}  // namespace phone::crypto
