// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/settings/lock.hpp"
#include "services/certificate_manager/certificates/enrolment_order.hpp"
#include "services/certificate_manager/certificates/installation.hpp"
#include "services/certificate_manager/certificates/trial.hpp"
#include "services/certificate_manager/token/token.hpp"

// What outlives the process besides the certificates: the order to enrol and the last policy applied.
namespace phone::certificates {

// An order as lines of text and back. An order with a secret is not kept: after a restart the user is asked for the
// authentication string again, and SCEP is ordered anew from the policy.
std::string order_text(const Order& order);
absl::StatusOr<Order> parse_order(std::string_view text);

absl::Status write_order(const std::filesystem::path& state, const Order& order);
// An empty one when there is none or it is not readable.
Order read_order(const std::filesystem::path& state);

// What of the policy decides about keys, so that a restart changes nothing; the strict default when there is none.
struct KeptPolicy {
  bool fips = false;
  bool lsc_for_wlan = false;
  tls::Policy tls;                // of the connections to CAPF
  bool registers_by_tls = false;  // and so proves a certificate by it
  settings::Lock lock = settings::Lock::kOpen;
  friend bool operator==(const KeptPolicy&, const KeptPolicy&) = default;
};
absl::Status write_policy(const std::filesystem::path& state, const KeptPolicy& policy);
// None when there is none or it is not whole: the strict default holds until policy has spoken.
std::optional<KeptPolicy> read_policy(const std::filesystem::path& state);

// Something to sign once, to prove that a key is usable.
absl::StatusOr<TokenOperation> trial_operation(const crypto::PublicKey& key, std::string_view text);

struct Opened {
  Certificates certificates;
  std::vector<std::string> problems;  // certificates on flash that are not in force, and why
  std::optional<Trial> trial;         // of the LSC
};
// Reads the certificates on flash and takes into force those whose key in the token signs for them. UNAVAILABLE when
// the token does not answer. An LSC on trial that cannot be used gives way to the one before it; where it was the token
// that failed, for this process only. `ours`: keys that belong to none are destroyed, left by an enrolment that did not
// end; while another process has the directory they may be its own.
absl::StatusOr<Opened> open_certificates(const std::filesystem::path& state, TokenPort& token, bool ours = true);

// The same without a token: what is on flash, unproven, to be shown while no key can be used. Changes nothing.
Opened certificates_on_flash(const std::filesystem::path& state);

}  // namespace phone::certificates
