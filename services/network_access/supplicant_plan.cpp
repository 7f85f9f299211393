#include "services/network_access/supplicant_plan.hpp"

#include "absl/strings/str_cat.h"

namespace phone::network {

Plan configure(const std::vector<Setting>& settings) {
  Plan plan = {
      {"REMOVE_NETWORK all", true},
      {"AP_SCAN 0", true},
      // A silent switch is asked every second, for ten seconds a minute; the default is every 30 s, three times.
      {"SET EAPOL::startPeriod 1"},
      {"SET EAPOL::maxStart 10"},
      {"SET EAPOL::heldPeriod 60"},
      {"ADD_NETWORK"},
  };
  for (const Setting& setting : settings) {
    plan.push_back({absl::StrCat("SET_NETWORK 0 ", setting.name, " ", setting.value)});
  }
  plan.push_back({"SELECT_NETWORK 0"});
  // Without it the state machine waits 2 s for the switch to speak first.
  plan.push_back({"LOGON"});
  return plan;
}

Plan start_again() { return {{"REASSOCIATE"}, {"LOGON"}}; }

// The LOGON ends the state LOGOFF while there is no network to start: the next one then starts at once.
Plan leave() { return {{"LOGOFF"}, {"REMOVE_NETWORK all", true}, {"LOGON"}}; }

}  // namespace phone::network
