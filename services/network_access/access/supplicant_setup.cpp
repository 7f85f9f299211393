// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/supplicant_setup.hpp"

#include <utility>

namespace phone::network {

std::variant<SupplicantSetup, NoCertificate> supplicant_setup(const AccessProfile& profile, const AccessPolicy& policy,
                                                              const std::vector<OwnCertificate>& certificates,
                                                              EapEnvironment surroundings, absl::Time now) {
  SupplicantSetup setup{.settings = {}, .own = {}, .anchors = anchors_of(profile)};
  if (shows_certificate(profile)) {
    auto chosen = choose_own(profile, policy, certificates, now);
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
