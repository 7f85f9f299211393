// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/tls/policy.hpp"
#include "services/certificate_manager/certificates/certificate_file.hpp"
#include "services/certificate_manager/certificates/enrolment_order.hpp"
#include "services/certificate_manager/keys/key_policy.hpp"
#include "services/certificate_manager/keys/purpose.hpp"

// Rules over the certificates in force: which one serves a request, and whether an offered one may be taken.
namespace phone::certificates {

// By the SHA-256 of the SubjectPublicKeyInfo, as Token has it.
using KeyId = std::string;

struct InstalledCertificate {
  Chain chain;  // never empty
  KeyId key;
  const crypto::Certificate& leaf() const { return chain.front(); }
};
using Certificates = std::map<Kind, InstalledCertificate>;

// PERMISSION_DENIED when the caller may not use the purpose so, FAILED_PRECONDITION when no certificate serves it or
// FIPS mode forbids its key, ABORTED when `fingerprint` names a key that is not in force any more. `kind` and
// `fingerprint` may be empty.
absl::StatusOr<Kind> choose(const Certificates& held, Purpose purpose, Caller caller, Use use, std::optional<Kind> kind,
                            std::string_view fingerprint, const PurposeRules& rules, const KeyLimits& limits);

// All RSA certificates that a key may have been wrapped for, the best first (cisco-formats.md B2: LSC when present,
// else MIC); with a fingerprint only the one it names. Errors as choose().
absl::StatusOr<std::vector<Kind>> unwrap_candidates(const Certificates& held, Purpose purpose, Caller caller,
                                                    size_t wrapped_size, std::string_view fingerprint);

// A certificate as a server issued it, with its issuers; all in DER.
absl::StatusOr<Chain> chain_of(const std::string& certificate, const std::vector<std::string>& issuers);

// Whether a certificate that a server issued may be taken for the fresh key: empty, or the reason why not.
// `held` is the one it would replace, if any: a renewal that brings that one back has renewed nothing.
// What our own TLS would not show is not taken either (common/tls/own_certificate).
struct Offer {
  Kind kind;
  const Chain& chain;  // not empty
  const std::optional<KeyId>& fresh_key;
  std::string_view device;
  const crypto::Certificate* held;
  tls::Policy tls;
  absl::Time now;
};
std::string why_not_take(const Offer& offer);

// The kind of certificate an order may bring; nothing for one that brings none.
std::optional<Kind> brings(Operation operation);

}  // namespace phone::certificates
