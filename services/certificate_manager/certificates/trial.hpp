// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/certificate_manager/certificates/installation.hpp"

// A change of the LSC is on trial until a registration with what serves SIP now has held: the LSC before it stays with
// its key, and comes back when call managers refuse the new one. A signature only proves that the key is ours; only the
// server can show that the certificate works (decisions/2026-11-28-an-lsc-is-on-trial.md).
namespace phone::certificates {

struct Trial {
  std::uint64_t order = 0;                     // that brought the change
  KeyId key;                                   // of the LSC on trial; empty: it was deleted, and the MIC serves
  std::optional<InstalledCertificate> before;  // none: there was no LSC, and what comes back is the MIC
  int refusals = 0;                            // by servers, in this process's time
};

// So many refusals without a registration that holds in between, of whichever call managers, end a trial. A connection
// is tried again within a second.
inline constexpr int kMostRefusals = 3;

enum class TrialEnd : std::uint8_t { kGoesOn, kProven, kFallBack };
// What a registration with `shown` says about the trial. Other keys say nothing: a connection of before stands on.
TrialEnd judge(Trial& trial, const KeyId& shown, const KeyId& mic, bool held);

// The certificates for purposes that must not fail before the change is proven: without 802.1X there is no network to
// prove it in.
Certificates settled(const Certificates& held, const Trial& trial);
bool wants_settled(Purpose purpose);
// What serves a purpose now. `proves`: there is a registration to come that can prove the change; without one nothing
// ever would, and the new LSC serves at once.
Certificates serving_for(Purpose purpose, const Certificates& held, const std::optional<Trial>& trial, bool proves);

// On flash: the record says that there is a trial and for which keys, beside the LSC before, in PEM. Written before the
// change itself, so that a cut between the two leaves a record that fits nothing and is void.
std::filesystem::path before_file(const std::filesystem::path& state);
std::filesystem::path trial_file(const std::filesystem::path& state);
std::string trial_text(std::uint64_t order, const std::vector<KeyId>& keys);
struct TrialRecord {
  std::uint64_t order = 0;
  std::vector<KeyId> keys;  // an empty one: no LSC
};
std::optional<TrialRecord> parse_trial(std::string_view text);
// `now`: the key of the LSC in force, which stays on trial should the change not get as far as flash; empty: none.
absl::Status begin_trial(const std::filesystem::path& state, const Trial& trial, const KeyId& now);
absl::Status end_trial(const std::filesystem::path& state);
std::optional<TrialRecord> read_trial(const std::filesystem::path& state);

}  // namespace phone::certificates
