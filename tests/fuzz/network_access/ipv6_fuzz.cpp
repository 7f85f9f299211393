// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Router advertisements and DHCPv6 messages: any bytes give bounded, plain values, or a reason; the client survives
// them in every state.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/net/host.hpp"
#include "services/network_access/ipv6/dhcp6_machine.hpp"
#include "services/network_access/ipv6/routers.hpp"

namespace {

using namespace phone::network;

struct Nobody final : Dhcp6Port {
  void send(const Dhcp6Message& message) override { last = message; }
  void hold(const Held6& held) override {
    if (held.lease.address && !usable(*held.lease.address)) std::abort();
    if (held.lease.renewal > held.lease.rebinding || held.lease.rebinding > held.lease.valid) std::abort();
  }
  void release(const Ipv6&) override {}
  std::uint32_t random() override { return ++value; }
  Dhcp6Message last;
  std::uint32_t value = 0;
};

void check(const Dhcp6Message& message) {
  if (message.dns.size() > 4 || message.tftp_servers.size() > 4 || message.domains.size() > 4) std::abort();
  if (message.association && message.association->addresses.size() > 4) std::abort();
  const auto lease = lease6_of(message, message.association.has_value());
  if (!lease.ok() && lease.status().message().empty()) std::abort();
  if (!lease.ok()) return;
  for (const auto& one : lease->servers) {
    if (!phone::net::plain_host(one)) std::abort();
  }
  if (!lease->domain.empty() && !phone::net::plain_host(lease->domain)) std::abort();
}

// The message as an answer to whatever the client asks, again and again.
void converse(Dhcp6Message message) {
  Nobody port;
  Dhcp6Machine machine(port, "own");
  SteadyTime now{std::chrono::hours(1)};
  machine.want(message.association ? Dhcp6Wish::kAddress : Dhcp6Wish::kSettings, now);
  for (int i = 0; i < 24; ++i) {
    if (machine.due() == SteadyTime::max()) return;
    if (machine.due() < now - std::chrono::hours(1)) std::abort();
    now = std::max(now, machine.due());
    machine.turn(now);
    message.client = "own";
    message.transaction = port.last.transaction;
    message.type = port.last.type == Dhcp6Type::kSolicit ? Dhcp6Type::kAdvertise : Dhcp6Type::kReply;
    machine.received(message, now);
    if (i % 6 == 5) machine.link_up(now);
    if (i % 7 == 6 && machine.held() && machine.held()->lease.address) {
      machine.conflict(*machine.held()->lease.address, now);
    }
  }
  if (machine.story().steps().size() > DhcpStory::kMostSteps) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto said = parse_router_advertisement(bytes); said.ok()) {
    if (said->dns.size() > 4 || said->search.size() > 4) std::abort();
    SteadyTime now{std::chrono::hours(1)};
    Routers routers;
    routers.start(now);
    (void)routers.received(Ipv6{}, *said, now);
    for (int i = 0; i < 16 && routers.due() != SteadyTime::max(); ++i) {
      const SteadyTime due = routers.due();
      now = std::max(now, due);
      (void)routers.turn(now);
      if (routers.due() == due && i > 8) std::abort();  // it stands still
    }
  } else if (said.status().message().empty()) {
    std::abort();
  }
  const auto message = parse_dhcp6(bytes);
  if (!message.ok()) {
    if (message.status().message().empty()) std::abort();
    return 0;
  }
  check(*message);
  if (const auto again = parse_dhcp6(encode(*message)); !again.ok()) std::abort();
  converse(*message);
  return 0;
}
