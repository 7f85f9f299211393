// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/network_access/wlan/wlan_profile.hpp"

// When a refusal costs the stored Wi-Fi password (F70). A refused method (NAK) and EAP-Failure are sent in the clear by
// anyone with a radio, so they count only when an access point that has let this phone in repeats them for hours and
// never lets it in meanwhile. A refusal by the profile's server within a finished TLS tunnel counts at once. Pure: the
// clock is the caller's, and monotonic.
namespace phone::network {

class Refusals {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Eight, half an hour apart at least: three and a half hours during which the phone has been let in nowhere.
  static constexpr unsigned kEnough = 8;
  static constexpr std::chrono::minutes kApart{30};

  enum class Verdict : std::uint8_t { kKeep, kClear };
  // `proven`: said within the tunnel. `known`: by an access point that has let the phone in with this profile.
  Verdict take(WlanTrouble trouble, bool proven, bool known, Time now);
  // The phone has been let in.
  void forget() { trouble_.reset(); }
  unsigned counted() const { return trouble_ ? counted_ : 0; }

 private:
  std::optional<WlanTrouble> trouble_;  // counted; one of another kind starts counting anew
  unsigned counted_ = 0;
  Time last_{};
};

// Why the password stays although something was refused, for people.
std::string why_kept(const Refusals& refusals, bool known);

// Access points that have let the phone in; the last kMostKnown.
inline constexpr std::size_t kMostKnown = 16;
bool is_known(const WlanProfile& profile, std::string_view access_point);
// True when it is a new one.
bool make_known(WlanProfile& profile, const std::string& access_point);
// Known access points belong to one network: the same name, security and authorities.
bool same_network(const WlanProfile& one, const WlanProfile& other);

}  // namespace phone::network
