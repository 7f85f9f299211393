// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

// Commands for wpa_supplicant (network.md section 3). Pure.
namespace phone::network {

struct Setting {
  std::string name;
  std::string value;  // as SET_NETWORK takes it
  bool secret = false;
  friend bool operator==(const Setting&, const Setting&) = default;
};

struct Command {
  std::string text;
  bool may_fail = false;  // its answer does not matter
};
using Plan = std::vector<Command>;
// Gets the answer to the last command, or why the plan was not carried out.
using PlanDone = std::function<void(absl::StatusOr<std::string>)>;

enum class Medium : std::uint8_t { kWire, kWlan };

// Any network it knows is forgotten, this one set up, and the first EAPOL-Start or scan begun at once.
Plan configure(Medium medium, const std::vector<Setting>& settings);
// The same network from the beginning, as after the cable came back or a hold has passed.
Plan start_again(Medium medium);
// Nothing is sent until start_again(): on a wire nothing is sent by itself, a WLAN is tried without end.
Plan pause(Medium medium);
// EAPOL-Logoff or disassociation, and nothing more until configure().
Plan leave(Medium medium);

// Queries about the link of a WLAN, and when its signal is to be reported.
Plan ask_link();
Plan ask_session();  // the same, with the state of the EAP method
Plan ask_signal();
Plan ask_access_points();
Plan watch_signal(int below, int hysteresis);
Plan scan(const std::vector<unsigned>& frequencies);  // MHz; none: all
Plan roam_to(const std::string& address, bool over_the_ds);
Plan associate_anew();

}  // namespace phone::network
