// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include <functional>
#include <string>

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/call/event_log.hpp"
#include "services/network_access/supplicant/supplicant_event_actor.hpp"
#include "services/network_access/supplicant/supplicant_plan.hpp"
#include "services/network_access/wlan/roaming.hpp"
#include "services/network_access/wlan/wlan_profile.hpp"

// The owner of the link in a WLAN: when the signal falls it has the known channels scanned, moves to a better access
// point and reports the gap. Authentication is the access actor's.
namespace phone::network {

// The network that is wanted; `ssid` empty: none.
struct WlanSelected {
  std::string ssid;
  bool over_the_ds = false;
  WlanBand band = WlanBand::kAny;
};
struct RoamTick {};
// The supplicant did not take an order.
struct RoamRefused {};
// The supplicant's answers, unparsed: STATUS after a connection, STATUS after lost events, SIGNAL_POLL,
// SCAN_RESULTS.
struct ConnectionAnswered {
  std::string status;
};
struct WhereaboutsAnswered {
  std::string status;
};
struct SignalAnswered {
  std::string signal;
};
struct AccessPointsAnswered {
  std::string scan_results;
};

using RoamActor =
    caf::typed_actor<caf::reacts_to<WlanSelected>, caf::reacts_to<SupplicantEvent>, caf::reacts_to<EventsMissed>,
                     caf::reacts_to<RoamRefused>, caf::reacts_to<ConnectionAnswered>,
                     caf::reacts_to<WhereaboutsAnswered>, caf::reacts_to<SignalAnswered>,
                     caf::reacts_to<AccessPointsAnswered>, caf::reacts_to<RoamTick>>;

struct RoamingDelegate {
  std::function<void(Plan, PlanDone)> run;
  std::function<void(const WlanLink&)> publish;
  std::function<void(std::string kind, mesh::Severity, std::string text)> tell;
  std::function<void()> keep_neighbours;  // the kernel's table of the port is not to be emptied by a roam
};

RoamActor spawn_roaming(caf::actor_system& system, RoamRules rules, RoamingDelegate delegate);

}  // namespace phone::network

PHONE_MESSAGE(phone::network::WlanSelected)
PHONE_MESSAGE(phone::network::RoamTick)
PHONE_MESSAGE(phone::network::RoamRefused)
PHONE_MESSAGE(phone::network::ConnectionAnswered)
PHONE_MESSAGE(phone::network::WhereaboutsAnswered)
PHONE_MESSAGE(phone::network::SignalAnswered)
PHONE_MESSAGE(phone::network::AccessPointsAnswered)
