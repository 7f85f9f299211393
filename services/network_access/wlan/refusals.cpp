// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/refusals.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/network_access/supplicant/supplicant_event.hpp"

namespace phone::network {

Refusals::Verdict Refusals::take(WlanTrouble trouble, bool proven, bool known, Time now) {
  if (proven) return Verdict::kClear;
  if (trouble != WlanTrouble::kCredentialsRefused && trouble != WlanTrouble::kMethodDisabled) return Verdict::kKeep;
  if (!known) return Verdict::kKeep;
  if (trouble_ != trouble) {
    trouble_ = trouble;
    counted_ = 0;
  } else if (now - last_ < kApart) {
    return Verdict::kKeep;
  }
  last_ = now;
  return ++counted_ >= kEnough ? Verdict::kClear : Verdict::kKeep;
}

std::string why_kept(const Refusals& refusals, bool known) {
  if (!known) return "the stored password is kept: anyone in radio range can send such a refusal";
  return absl::StrCat("the stored password is kept: anyone in radio range can send such a refusal (",
                      refusals.counted(), " of ", Refusals::kEnough, " refusals by a known access point)");
}

bool is_known(const WlanProfile& profile, std::string_view access_point) {
  return std::find(profile.known.begin(), profile.known.end(), access_point) != profile.known.end();
}

bool make_known(WlanProfile& profile, const std::string& access_point) {
  if (!is_hardware_address(access_point) || is_known(profile, access_point)) return false;
  if (profile.known.size() >= kMostKnown) profile.known.erase(profile.known.begin());
  profile.known.push_back(access_point);
  return true;
}

bool same_network(const WlanProfile& one, const WlanProfile& other) {
  return one.ssid == other.ssid && one.security == other.security && one.anchors == other.anchors &&
         one.servers == other.servers;
}

}  // namespace phone::network
