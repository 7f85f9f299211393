// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/facts/port_actor.hpp"

#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::network {
namespace {

// Of the facts that a link observation changes, those whose change is worth a write to flash.
auto kept_part(const Facts& facts) {
  return std::tuple_cat(
      std::tie(facts.port, facts.link_up, facts.speed_megabits, facts.hardware_address, facts.addresses,
               facts.provisioning.servers, facts.provisioning.source, facts.dhcp_server),
      std::make_tuple(resolving(facts)));
}

struct PortState {
  Facts facts;
  std::vector<std::string> alternate;
  PortDelegate delegate;
  bool first = true;
  std::string address_port = facts.port;
  std::optional<PortPolicy> policy;  // none: not known yet

  void put_in_force() {
    if (!policy) return;
    PortInForce now{.policy = policy, .gratuitous_arp = std::nullopt};
    if (delegate.set_gratuitous_arp(address_port, policy->gratuitous_arp)) now.gratuitous_arp = policy->gratuitous_arp;
    learn(facts.in_force, now);
  }

  void see(const Ipv6Facts& ipv6) {
    const Facts before = std::exchange(facts, update(facts, ipv6, alternate));
    if (facts == before || first) return;  // nothing is published before the port has been read
    if (facts.ipv6.state != before.ipv6.state) delegate.tell("ipv6.state", sentence(facts.ipv6));
    if (facts.ipv6.conflicting != before.ipv6.conflicting && !facts.ipv6.conflicting.empty()) {
      delegate.tell("address.conflict",
                    absl::StrCat("Another device has the IPv6 address ", absl::StrJoin(facts.ipv6.conflicting, ", ")));
    }
    follow(before);
  }

  void see(const LinkObservation& seen) {
    const Facts before = std::exchange(facts, update(facts, seen, alternate));
    if (facts == before && !first) return;
    if (first || facts.link_up != before.link_up) {
      delegate.tell(facts.link_up ? "link.up" : "link.down",
                    absl::StrCat(facts.port, facts.link_up ? " has a link" : " has no link"));
    }
    if (facts.addresses != before.addresses) {
      delegate.tell("address.changed",
                    absl::StrCat("Addresses of ", facts.port, ": ",
                                 facts.addresses.empty() ? "none" : absl::StrJoin(facts.addresses, ", ")));
    }
    if (facts.dhcp.state != before.dhcp.state) delegate.tell("dhcp.state", sentence(facts.dhcp));
    follow(before);
  }

  // What both observations may change.
  void follow(const Facts& before) {
    if (!(facts.provisioning == before.provisioning)) {
      delegate.tell("provisioning.servers",
                    absl::StrCat("Provisioning servers from ",
                                 facts.provisioning.source.empty() ? "no source" : facts.provisioning.source, ": ",
                                 absl::StrJoin(facts.provisioning.servers, ", ")));
    }
    if (first || !(resolving(facts) == resolving(before))) delegate.resolve_by(resolving(facts));
    first = false;
    if (kept_part(facts) != kept_part(before)) delegate.save(facts);
    delegate.publish(facts);
  }

  template <class Part>
  bool learn(Part& part, const Part& said) {
    if (part == said) return false;
    part = said;
    // Nothing is published before the port has been read: version 0 does not exist.
    if (first) return false;
    ++facts.version;
    delegate.save(facts);
    delegate.publish(facts);
    return true;
  }
};

}  // namespace

PortActor::behavior_type port(PortActor::pointer, Facts stored, std::vector<std::string> alternate,
                              PortDelegate delegate) {
  const auto held = std::make_shared<PortState>(
      PortState{.facts = std::move(stored), .alternate = std::move(alternate), .delegate = std::move(delegate)});
  return {[held](const LinkObservation& seen) { held->see(seen); },
          [held](const AccessStatus& access) { held->learn(held->facts.access, access); },
          [held](const PcPortFacts& pc) { held->learn(held->facts.pc_port, std::optional(pc)); },
          [held](const WlanAccess& wlan) { held->learn(held->facts.wlan, std::optional(wlan)); },
          [held](const WlanLink& link) { held->learn(held->facts.wlan_link, link); },
          [held](const PortPolicy& policy) {
            held->policy = policy;
            held->put_in_force();
          },
          [held](const AddressPortChanged& changed) {
            held->address_port = changed.port;
            held->put_in_force();
          },
          [held](const Ipv6Facts& ipv6) { held->see(ipv6); },
          [held](const TimeFacts& time) { held->learn(held->facts.time, time); },
          [held](const LinkLearned& learned) {
            const auto before = held->facts.learned.neighbour;
            held->learn(held->facts.learned, learned);
            if (before == learned.neighbour) return;
            const auto& now = learned.neighbour;
            held->delegate.tell(
                "neighbour.changed",
                now ? absl::StrCat("The switch is ", now->system, ", port ", now->port, " (", now->protocol, "), ",
                                   now->voice_vlan == 0 ? std::string("no voice VLAN")
                                                        : absl::StrCat("voice VLAN ", now->voice_vlan))
                    : std::string("The switch no longer announces itself (CDP, LLDP)"));
          }};
}

}  // namespace phone::network
