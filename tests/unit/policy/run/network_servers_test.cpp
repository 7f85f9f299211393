// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/network_servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phone::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(F9_NetworkServers, AreThoseOfALinkWithAnAddress) {
  NetworkServers network;
  EXPECT_THAT(network.update({.link_up = false, .addresses = {"10.0.0.5"}, .servers = {"a"}}).servers, IsEmpty());
  EXPECT_THAT(network.update({.link_up = true, .addresses = {}, .servers = {"a"}}).servers, IsEmpty());
  EXPECT_THAT(network.update({.link_up = true, .addresses = {"10.0.0.5"}, .servers = {"b", "a"}}).servers,
              ElementsAre("b", "a"));
}

TEST(F9_NetworkServers, LeaveOutWhatIsNoHostAndAreBounded) {
  NetworkServers network;
  NetworkFacts facts{.link_up = true, .addresses = {"10.0.0.5"}, .servers = {"a/../b", "", "good.example"}};
  EXPECT_THAT(network.update(facts).servers, ElementsAre("good.example"));
  facts.servers.assign(20, "good.example");
  EXPECT_EQ(network.update(facts).servers.size(), NetworkServers::kMostServers);
}

TEST(F9_NetworkServers, AnotherNetworkIsOneThatKeptNoneOfTheAddresses) {
  NetworkServers network;
  EXPECT_FALSE(network.update({.link_up = true, .addresses = {"10.0.0.5", "fe80::5"}, .servers = {"a"}}).moved)
      << "the first network";
  EXPECT_FALSE(network.update({.link_up = true, .addresses = {"10.0.0.5"}, .servers = {"a"}}).moved);
  EXPECT_FALSE(network.update({.link_up = false, .addresses = {}, .servers = {}}).moved) << "the cable is out";
  EXPECT_FALSE(network.update({.link_up = true, .addresses = {"10.0.0.5", "10.0.0.6"}, .servers = {"a"}}).moved)
      << "the same network again";
  const auto other = network.update({.link_up = true, .addresses = {"192.168.1.5"}, .servers = {"a"}});
  EXPECT_TRUE(other.moved);
  EXPECT_THAT(other.servers, ElementsAre("a"));
}

}  // namespace
}  // namespace phone::policy
