// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/network_access/access/access_profile.hpp"
#include "services/network_access/access/access_session.hpp"

// Which profile a port uses: what the user entered in the phone's menu, what the configuration has, and the CAs on the
// trust lists, made one. decisions/2026-11-30-access-from-the-configuration.md.
namespace phone::network {

struct ProfileInForce {
  AccessProfile profile;
  bool configured = false;  // by the configuration; else by the phone's menu
  bool locked = false;      // the menu cannot put another one in its place
  std::string refused;      // why it cannot be used, one sentence; empty: as far as is known here it can
  ProfileSource source;     // for people
  friend bool operator==(const ProfileInForce&, const ProfileInForce&) = default;
};

// In order of preference, never empty: on a wire one, in a WLAN each that may be used now. `listed` are the CAs on the
// trust lists.
std::vector<ProfileInForce> profiles_in_force(const AccessProfile& own, const AccessPolicy& policy,
                                              const std::vector<std::string>& listed);

// All profiles of the port, for people; the candidates first.
std::vector<ProfileChoice> choices(const std::vector<ProfileInForce>& candidates, std::size_t in_force,
                                   const AccessProfile& own, const AccessPolicy& policy);

// Takes over into the port's own record what was learned with that profile: a cleared password, access points.
void remember(AccessProfile& own, const ProfileInForce& used);

// The CA that speaks against a profile: each of its authorities has ended. Empty: at least one may still be good.
std::string ended_authority(const AccessProfile& profile, absl::Time now);

}  // namespace phone::network
