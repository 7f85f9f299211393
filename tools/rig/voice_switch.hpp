// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "tools/rig/phone.hpp"
#include "tools/rig/stage.hpp"

namespace phone::rig {

// A switch port that introduces itself: Debian's lldpd beside the phone, speaking LLDP-MED and CDP, and DHCP (dnsmasq)
// in the native VLAN (10.77.0.0/24) and in voice VLAN 100 (10.78.0.0/24).
class VoiceSwitch {
 public:
  static constexpr int kVlan = 100;
  static constexpr char kName[] = "lab-switch";

  VoiceSwitch(const Stage& stage, const Phone& phone) : directory_(stage.root() / "voice-switch"), phone_(phone) {}

  // Both DHCP servers; `options` are dnsmasq's, for both.
  absl::Status serve_addresses(const std::vector<std::string>& options = {});
  // lldpd, with the voice VLAN in its LLDP-MED, or none.
  absl::Status introduce(bool with_voice_vlan = true);
  void fall_silent() { lldpd_ = Process(); }
  // `show neighbors details` of the switch.
  std::string neighbours() const;
  Outcome run(std::vector<std::string> words) const;

 private:
  absl::StatusOr<Process> dhcp(const std::string& port, const std::string& network,
                               const std::vector<std::string>& options) const;
  std::vector<std::string> control() const;
  const std::filesystem::path directory_;
  const Phone& phone_;
  Process tap_, native_, voice_, lldpd_;
};

}  // namespace phone::rig
