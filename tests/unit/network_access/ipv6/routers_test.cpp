// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/routers.hpp"

#include <gtest/gtest.h>

#include "tests/unit/network_access/ipv6/addresses.hpp"

namespace phone::network {
namespace {

using std::chrono::seconds;

std::string advertisement(std::uint8_t flags, const std::string& options) {
  return std::string("\x86\0\0\0\x40", 5) + static_cast<char>(flags) + std::string("\x07\x08\0\0\0\0\0\0\0\0", 10) +
         options;
}

std::string rdnss(const std::vector<Ipv6>& servers, std::uint32_t lifetime) {
  std::string option;
  put_number(option, 25, 1);
  put_number(option, static_cast<std::uint32_t>(1 + 2 * servers.size()), 1);
  put_number(option, 0, 2);
  put_number(option, lifetime, 4);
  for (const Ipv6& one : servers) option += octets(one);
  return option;
}

TEST(RouterAdvertisement, FlagsServersAndDomainsAreRead) {
  std::string search;
  put_number(search, 31, 1);
  put_number(search, 3, 1);
  put_number(search, 0, 2);
  put_number(search, 60, 4);
  search += std::string(
      "\x03lab\x07"
      "example\0\0\0\0",
      16);
  const auto said = parse_router_advertisement(
      advertisement(0x80, std::string("\x01\x01\x02\0\0\0\0\x01", 8) + rdnss({address(1), address(2)}, 30) + search));
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(said->lifetime, seconds(1800));
  EXPECT_TRUE(said->managed);
  EXPECT_FALSE(said->other);
  ASSERT_EQ(said->dns.size(), 1U);
  EXPECT_EQ(said->dns[0].addresses, (std::vector<Ipv6>{address(1), address(2)}));
  EXPECT_EQ(said->dns[0].lifetime, seconds(30));
  ASSERT_EQ(said->search.size(), 1U);
  EXPECT_EQ(said->search[0].names, std::vector<std::string>{"lab.example"});
  EXPECT_TRUE(parse_router_advertisement(advertisement(0x40, ""))->other);
}

TEST(RouterAdvertisement, WhatIsNoneIsRefusedByItsReason) {
  const auto refused = [](const std::string& bytes) {
    return std::string(parse_router_advertisement(bytes).status().message());
  };
  EXPECT_EQ(refused(advertisement(0, "").substr(0, 15)), "a router advertisement that is too short");
  std::string other = advertisement(0, "");
  other[0] = '\x85';
  EXPECT_EQ(refused(other), "not a router advertisement");
  const std::string misfit = "a router advertisement with an option that does not fit";
  EXPECT_EQ(refused(advertisement(0, std::string("\x19\0\0\0\0\0\0\0", 8))), misfit) << "a size of 0";
  EXPECT_EQ(refused(advertisement(0, std::string("\x19\x03\0\0\0\0\0\x09", 8))), misfit);
  EXPECT_EQ(refused(advertisement(0, "\x19")), misfit);
}

TEST(RouterAdvertisement, ManyOptionsAndServersAreBounded) {
  std::string options;
  for (std::uint8_t i = 0; i < 20; ++i) {
    options += rdnss({address(1), address(2), address(3), address(4), address(5), address(6)}, 9);
  }
  const auto said = parse_router_advertisement(advertisement(0, options));
  ASSERT_TRUE(said.ok());
  EXPECT_EQ(said->dns.size(), 4U);
  EXPECT_EQ(said->dns[0].addresses.size(), 4U);
}

struct Link : testing::Test {
  static RouterAdvertisement with(std::uint8_t server, int lifetime) {
    return {.lifetime = seconds(1800), .dns = {{.lifetime = seconds(lifetime), .addresses = {address(server)}}}};
  }
  // Lets time pass; how often the routers were asked meanwhile.
  int pass(seconds time) {
    int asked = 0;
    const SteadyTime end = now + time;
    while (routers.due() <= end) {
      now = std::max(now, routers.due());
      asked += routers.turn(now).ask ? 1 : 0;
    }
    now = end;
    return asked;
  }
  SteadyTime now{std::chrono::hours(1)};
  Routers routers;
};

TEST_F(Link, IsAskedThreeTimesAndThenThereIsNoRouter) {
  routers.start(now);
  EXPECT_EQ(pass(seconds(11)), 3);
  EXPECT_FALSE(routers.silent()) << "the last answer may still come";
  EXPECT_EQ(pass(seconds(100)), 0);
  EXPECT_TRUE(routers.silent());
  EXPECT_EQ(routers.due(), SteadyTime::max());
  EXPECT_TRUE(routers.received(router(1), with(1, 60), now)) << "one that comes later counts";
  EXPECT_FALSE(routers.silent());
}

TEST_F(Link, IsNotAskedAgainOnceARouterAnswered) {
  routers.start(now);
  EXPECT_EQ(pass(seconds(1)), 1);
  EXPECT_TRUE(routers.received(router(1), with(1, 600), now));
  EXPECT_FALSE(routers.received(router(1), with(1, 600), now)) << "the same again";
  EXPECT_EQ(pass(seconds(300)), 0);
  EXPECT_EQ(routers.default_routers(now), std::vector<Ipv6>{router(1)});
}

TEST_F(Link, EachServerLastsAsLongAsItsRouterSays) {
  routers.start(now);
  (void)routers.received(router(1), with(1, 30), now);
  (void)routers.received(router(2), with(2, 60), now);
  EXPECT_EQ(routers.dns(now), (std::vector<Ipv6>{address(1), address(2)}));
  (void)pass(seconds(31));
  EXPECT_EQ(routers.dns(now), std::vector<Ipv6>{address(2)});
  // Lifetime 0: not to be used any more (RFC 8106 section 5.1).
  EXPECT_TRUE(routers.received(router(2), with(2, 0), now));
  EXPECT_TRUE(routers.dns(now).empty());
  EXPECT_EQ(routers.default_routers(now).size(), 2U);
  (void)pass(seconds(1800));
  EXPECT_FALSE(routers.heard());
}

TEST_F(Link, ARouterThatLeavesIsForgottenAndOnlySomeAreKept) {
  routers.start(now);
  (void)routers.received(router(1), with(1, 30), now);
  EXPECT_TRUE(routers.received(router(1), RouterAdvertisement(), now));
  EXPECT_FALSE(routers.heard());
  for (std::uint8_t i = 0; i < 100; ++i) {
    (void)routers.received(router(i), with(i, 30), now);
    now += seconds(1);
  }
  EXPECT_EQ(routers.dns(now).size(), Routers::kMost);
  EXPECT_EQ(routers.dns(now).back(), address(99)) << "those that spoke last";
}

TEST_F(Link, OneRouterThatNamesDhcpIsEnough) {
  routers.start(now);
  (void)routers.received(router(1), {.lifetime = seconds(9)}, now);
  EXPECT_FALSE(routers.managed() || routers.other());
  (void)routers.received(router(2), {.lifetime = seconds(9), .managed = true}, now);
  EXPECT_TRUE(routers.managed());
  (void)routers.received(router(2), {.lifetime = seconds(9), .other = true}, now);
  EXPECT_FALSE(routers.managed());
  EXPECT_TRUE(routers.other());
}

}  // namespace
}  // namespace phone::network
