// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The owner of the facts about the port: everything seen is taken in order, whoever saw it, and told once.
#include "services/network_access/facts/port_actor.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <thread>

namespace phone::network {
namespace {

struct Told {
  std::mutex mutex;
  std::vector<Facts> published;
  std::vector<std::string> kinds;
  std::vector<Resolving> resolving;
  int saved = 0;

  // Writes down what the actor says; kinds with their texts.
  PortDelegate delegate() {
    return {.publish =
                [this](const Facts& facts) {
                  const std::lock_guard lock(mutex);
                  published.push_back(facts);
                },
            .save =
                [this](const Facts&) {
                  const std::lock_guard lock(mutex);
                  ++saved;
                },
            .tell =
                [this](std::string kind, std::string text) {
                  const std::lock_guard lock(mutex);
                  kinds.push_back(kind + ": " + text);
                },
            .set_gratuitous_arp = {},
            .resolve_by =
                [this](const Resolving& by) {
                  const std::lock_guard lock(mutex);
                  resolving.push_back(by);
                }};
  }
};

TEST(PortActor, WhatManyThreadsSeeIsToldInOrderAndOnlyWhenItChanges) {
  Told told;
  {
    caf::actor_system_config config;
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", std::size_t{2});
    caf::actor_system system(config);
    auto actor = system.spawn(&port, Facts{}, std::vector<std::string>{"192.0.2.9"}, told.delegate());
    std::vector<std::thread> watchers;
    for (int watcher = 0; watcher < 3; ++watcher) {
      watchers.emplace_back([&actor] {
        for (int i = 0; i < 50; ++i) caf::anon_send(actor, LinkObservation{});
      });
    }
    for (auto& watcher : watchers) watcher.join();
    for (bool seen = false; !seen; std::this_thread::yield()) {  // an end overtakes what is still waiting
      const std::lock_guard lock(told.mutex);
      seen = !told.published.empty();
    }
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  }
  // The same thing seen a hundred and fifty times is one fact.
  ASSERT_EQ(told.published.size(), 1U);
  EXPECT_EQ(told.published[0].provisioning.servers, std::vector<std::string>{"192.0.2.9"});
  EXPECT_EQ(told.saved, 1);
  EXPECT_EQ(told.kinds.front(), "link.down:  has no link");
  EXPECT_EQ(told.resolving.size(), 1U) << "also when nothing is known: what a predecessor wrote ends";
}

TEST(PortActor, WhatIpv6SaysIsPublishedToldAndResolvedByOnceThePortIsKnown) {
  Told told;
  caf::actor_system_config config;
  caf::actor_system system(config);
  auto actor = system.spawn(&port, Facts{}, std::vector<std::string>{}, told.delegate());
  Ipv6Facts said{.state = Ipv6State::kByRouter, .routers = {"fe80::1"}, .dns = {"2001:db8::53"}, .domain = "six.lab"};
  caf::anon_send(actor, said);  // before the port was read
  caf::anon_send(actor, LinkObservation{});
  said.conflicting = {"2001:db8::9"};
  caf::anon_send(actor, said);
  said.conflicting.clear();
  said.state = Ipv6State::kHeld;
  said.provisioning = {{"2001:db8::7"}, "DHCPv6 option 17"};
  caf::anon_send(actor, said);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (std::size_t seen = 0; seen < 3 && std::chrono::steady_clock::now() < end; std::this_thread::yield()) {
    const std::lock_guard lock(told.mutex);
    seen = told.published.size();
  }
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  const std::lock_guard lock(told.mutex);
  ASSERT_EQ(told.published.size(), 3U);
  EXPECT_EQ(told.published[0].ipv6.domain, "six.lab");
  EXPECT_EQ(told.published[2].provisioning.servers, std::vector<std::string>{"2001:db8::7"});
  EXPECT_EQ(told.resolving, (std::vector<Resolving>{{{"2001:db8::53"}, "six.lab"}}));
  EXPECT_EQ(told.kinds,
            (std::vector<std::string>{
                "link.down:  has no link", "address.conflict: Another device has the IPv6 address 2001:db8::9",
                "ipv6.state: The DHCPv6 lease of the address is in force",
                "provisioning.servers: Provisioning servers from DHCPv6 option 17: 2001:db8::7"}));
  EXPECT_EQ(told.saved, 1) << "the servers; the rest of it is of the moment";
}

TEST(PortActor, GratuitousArpIsSetByPolicyWhereTheAddressesAre) {
  using Set = std::vector<std::pair<std::string, bool>>;
  std::mutex mutex;  // of what was set
  Set set;
  caf::actor_system_config config;
  caf::actor_system system(config);
  const PortDelegate delegate{.publish = [](const Facts&) {},
                              .save = [](const Facts&) {},
                              .tell = [](std::string, std::string) {},
                              .set_gratuitous_arp =
                                  [&](const std::string& port, bool taken) {
                                    const std::lock_guard lock(mutex);
                                    set.emplace_back(port, taken);
                                    return true;
                                  },
                              .resolve_by = {}};
  Facts stored;
  stored.port = "eth0";
  auto actor = system.spawn(&port, stored, std::vector<std::string>{}, delegate);
  caf::anon_send(actor, AddressPortChanged{"eth0.5"});  // no policy yet
  caf::anon_send(actor, PortPolicy{.gratuitous_arp = true});
  caf::anon_send(actor, AddressPortChanged{"eth0"});
  caf::anon_send(actor, PortPolicy{});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (std::size_t seen = 0; seen < 3 && std::chrono::steady_clock::now() < end; std::this_thread::yield()) {
    const std::lock_guard lock(mutex);
    seen = set.size();
  }
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(set, (Set{{"eth0.5", true}, {"eth0", true}, {"eth0", false}}));
}

}  // namespace
}  // namespace phone::network
