#pragma once

#include <vector>

#include "services/network_access/eap_profile.hpp"
#include "services/network_access/supplicant_control.hpp"

// Which commands make wpa_supplicant do what (network.md section 3). Pure.
namespace phone::network {

using Plan = std::vector<SupplicantControl::Command>;

// Any network it knows is forgotten, this one set up, and the first EAPOL-Start sent at once.
Plan configure(const std::vector<Setting>& settings);
// The same network from the beginning, as after the cable came back or a hold has passed.
Plan start_again();
// EAPOL-Logoff, and nothing more until configure().
Plan leave();

}  // namespace phone::network
