// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/time_floor.hpp"
#include "common/crypto/x509.hpp"
#include "services/certificate_manager/enrolment/scep_fingerprint.hpp"

// The certificates a SCEP answer may come from: the root with the configured fingerprint, and those it vouches for.
// Nothing else of GetCACert is trusted (cisco-formats.md H).
namespace phone::enrolment {

struct Authority {
  crypto::Certificate root;
  std::vector<crypto::Certificate> proven;  // root first
  crypto::Certificate recipient;            // requests are enveloped for it: the RA when there is one, else the CA
  std::string issuer_name;                  // DER of the name that will stand in our certificate
};

// GetCACert's answer: one DER certificate (application/x-x509-ca-cert) or CA and RA certificates in a degenerate
// SignedData (application/x-x509-ca-ra-cert). INVALID_ARGUMENT for anything else.
absl::StatusOr<std::vector<crypto::Certificate>> read_authority(std::string_view media_type, std::string_view body);

// PERMISSION_DENIED when no certificate has the fingerprint, or when it may not be a CA; INVALID_ARGUMENT when none
// of them can take an envelope.
absl::StatusOr<Authority> believe(const std::vector<crypto::Certificate>& offered, const Fingerprint& fingerprint,
                                  const clock::Present& present);

// Whether the certificate leads to the root at present, over certificates that came with it. While the time is not
// known nothing is refused for being too early. PERMISSION_DENIED with OpenSSL's reason.
absl::Status leads_to(const crypto::Certificate& root, const crypto::Certificate& leaf,
                      const std::vector<crypto::Certificate>& others, const clock::Present& present);

}  // namespace phone::enrolment
