// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/supplicant_setup.hpp"

#include <utility>

#include "common/clock/time_floor.hpp"
#include "services/network_access/access/profile_in_force.hpp"

namespace phone::network {

std::variant<SupplicantSetup, NoCertificate> supplicant_setup(const AccessProfile& profile, const AccessPolicy& policy,
                                                              const std::vector<OwnCertificate>& certificates,
                                                              EapEnvironment surroundings, absl::Time now) {
  if (std::string ended = ended_authority(profile, now); !ended.empty()) {
    return NoCertificate{AccessCause::kAuthorityUnusable, std::move(ended)};
  }
  SupplicantSetup setup{.settings = {}, .own = {}, .anchors = anchors_of(profile)};
  if (shows_certificate(profile)) {
    // The phone's own certificates have begun, whatever a clock says that is known to be wrong.
    std::vector<absl::Time> begun;
    begun.reserve(certificates.size());
    for (const OwnCertificate& own : certificates) begun.push_back(own.not_before);
    const clock::Present present{.time = now, .known = surroundings.clock_known};
    auto chosen = choose_own(profile, policy, certificates, clock::judging_time(present, begun));
    if (auto* const none = std::get_if<NoCertificate>(&chosen)) return std::move(*none);
    setup.own = std::get<OwnCertificate>(std::move(chosen));
    surroundings.key_uri = key_uri(profile, setup.own.kind);
  }
  auto settings = supplicant_settings(profile, surroundings);
  if (!settings.ok()) return NoCertificate{AccessCause::kProfileInvalid, std::string(settings.status().message())};
  setup.settings = *std::move(settings);
  return setup;
}

}  // namespace phone::network
