// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/settings/lock.hpp"
#include "common/tls/policy.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/wlan/wlan_profile.hpp"

// What the effective policy says about the access to a port. Without a policy the strict defaults hold.
namespace phone::network {

// Profiles of the configuration. Whether 802.1X is on is not theirs to say.
struct ConfiguredEap {
  EapProfile profile;
  std::string refused;  // why it cannot be used; empty: it can
  friend bool operator==(const ConfiguredEap&, const ConfiguredEap&) = default;
};
struct ConfiguredWlan {
  WlanProfile profile;
  bool locked = false;  // the phone's menu cannot put another one in its place
  std::string refused;
  friend bool operator==(const ConfiguredWlan&, const ConfiguredWlan&) = default;
};

struct AccessPolicy {
  bool enabled = false;   // 802.1X by the configuration
  bool disabled = false;  // by it too: 802.1X stays off whatever the phone's profile says
  std::optional<ConfiguredEap> eap;
  std::vector<ConfiguredWlan> wlans;  // in order of preference
  tls::Policy tls;
  bool wlan_off = false;
  bool lsc_for_wlan = false;
  settings::Lock lock = settings::Lock::kOpen;
  friend bool operator==(const AccessPolicy&, const AccessPolicy&) = default;
};

}  // namespace phone::network
