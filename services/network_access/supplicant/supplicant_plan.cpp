// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/supplicant/supplicant_plan.hpp"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::network {

namespace {

Plan prepare(Medium medium) {
  if (medium == Medium::kWire) {
    return {
        {"REMOVE_NETWORK all", true},
        {"AP_SCAN 0", true},
        // A silent switch is asked every second, for ten seconds a minute; the default is every 30 s, three times.
        {"SET EAPOL::startPeriod 1"},
        {"SET EAPOL::maxStart 10"},
        {"SET EAPOL::heldPeriod 60"},
        {"ADD_NETWORK"},
    };
  }
  return {
      {"REMOVE_NETWORK all", true},
      {"AP_SCAN 1"},
      // SAE both ways: hunting and pecking, and hash to element, which some access points require.
      {"SET sae_pwe 2"},
      {"ADD_NETWORK"},
      {"SET_NETWORK 0 scan_ssid 1"},  // hidden ones answer when called by their name
  };
}

}  // namespace

Plan configure(Medium medium, const std::vector<Setting>& settings) {
  Plan plan = prepare(medium);
  for (const Setting& setting : settings) {
    plan.push_back({absl::StrCat("SET_NETWORK 0 ", setting.name, " ", setting.value)});
  }
  plan.push_back({"SELECT_NETWORK 0"});
  // Without it the state machine waits 2 s for the switch to speak first.
  if (medium == Medium::kWire) plan.push_back({"LOGON"});
  return plan;
}

Plan start_again(Medium medium) {
  // Selecting lifts the pause of its own that the supplicant makes after a failure; REASSOCIATE does not.
  if (medium == Medium::kWlan) return {{"SELECT_NETWORK 0"}};
  return {{"REASSOCIATE"}, {"LOGON"}};
}

Plan pause(Medium medium) {
  if (medium == Medium::kWlan) return {{"DISCONNECT"}};
  return {};
}

Plan leave(Medium medium) {
  if (medium == Medium::kWlan) return {{"DISCONNECT"}, {"REMOVE_NETWORK all", true}};
  // The LOGON ends the state LOGOFF while there is no network to start: the next network then starts at once.
  return {{"LOGOFF"}, {"REMOVE_NETWORK all", true}, {"LOGON"}};
}

Plan ask_link() { return {{"STATUS"}}; }
Plan ask_session() { return {{"STATUS-VERBOSE"}}; }
Plan ask_signal() { return {{"SIGNAL_POLL"}}; }
Plan ask_access_points() { return {{"SCAN_RESULTS"}}; }

Plan watch_signal(int below, int hysteresis) {
  return {{absl::StrCat("SIGNAL_MONITOR THRESHOLD=", below, " HYSTERESIS=", hysteresis), true}};
}

Plan scan(const std::vector<unsigned>& frequencies) {
  if (frequencies.empty()) return {{"SCAN"}};
  return {{absl::StrCat("SCAN freq=", absl::StrJoin(frequencies, ","))}};
}

Plan roam_to(const std::string& address, bool over_the_ds) {
  return {{absl::StrCat(over_the_ds ? "FT_DS " : "ROAM ", address)}};
}

Plan associate_anew() { return {{"REASSOCIATE", true}}; }

}  // namespace phone::network
