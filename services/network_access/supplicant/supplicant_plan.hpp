// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/supplicant/supplicant_control.hpp"

// Which commands make wpa_supplicant do what (network.md section 3). Pure.
namespace phone::network {

using Plan = std::vector<SupplicantControl::Command>;

enum class Medium : std::uint8_t { kWire, kWlan };

// Any network it knows is forgotten, this one set up, and the first EAPOL-Start or scan begun at once.
Plan configure(Medium medium, const std::vector<Setting>& settings);
// The same network from the beginning, as after the cable came back or a hold has passed.
Plan start_again(Medium medium);
// Nothing more until start_again(): on a wire nothing is sent by itself, a WLAN is tried for ever.
Plan pause(Medium medium);
// EAPOL-Logoff or disassociation, and nothing more until configure().
Plan leave(Medium medium);

// The link of a WLAN, each of them asked by itself; and when the signal is to be told of.
Plan ask_link();
Plan ask_signal();
Plan ask_access_points();
Plan watch_signal(int below, int hysteresis);
Plan scan(const std::vector<unsigned>& frequencies);  // MHz; none: all
Plan roam_to(const std::string& address, bool over_the_ds);
Plan associate_anew();

}  // namespace phone::network
