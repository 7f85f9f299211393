// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include <functional>
#include <string>
#include <vector>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/network_access/facts/facts.hpp"
#include "services/network_access/link/network_policy.hpp"

// The single owner of the facts about the port and of its ARP setting.
namespace phone::network {

// Addresses are on this port from now on.
struct AddressPortChanged {
  std::string port;
};

using PortActor =
    caf::typed_actor<caf::reacts_to<LinkObservation>, caf::reacts_to<AccessStatus>, caf::reacts_to<PcPortFacts>,
                     caf::reacts_to<LinkLearned>, caf::reacts_to<WlanAccess>, caf::reacts_to<WlanLink>,
                     caf::reacts_to<PortPolicy>, caf::reacts_to<AddressPortChanged>, caf::reacts_to<Ipv6Facts>,
                     caf::reacts_to<TimeFacts>>;

struct PortDelegate {
  std::function<void(const Facts&)> publish;
  std::function<void(const Facts&)> save;
  std::function<void(std::string kind, std::string text)> tell;
  std::function<bool(const std::string& port, bool taken)> set_gratuitous_arp;  // false: the kernel refused it
  std::function<void(const Resolving&)> resolve_by;                             // from now on, for all processes
};

PortActor::behavior_type port(PortActor::pointer self, Facts stored, std::vector<std::string> alternate,
                              PortDelegate delegate);

}  // namespace phone::network

PHONE_MESSAGE(phone::network::LinkObservation)
PHONE_MESSAGE(phone::network::AccessStatus)
PHONE_MESSAGE(phone::network::PcPortFacts)
PHONE_MESSAGE(phone::network::LinkLearned)
PHONE_MESSAGE(phone::network::WlanAccess)
PHONE_MESSAGE(phone::network::WlanLink)
PHONE_MESSAGE(phone::network::PortPolicy)
PHONE_MESSAGE(phone::network::AddressPortChanged)
PHONE_MESSAGE(phone::network::Ipv6Facts)
PHONE_MESSAGE(phone::network::TimeFacts)
