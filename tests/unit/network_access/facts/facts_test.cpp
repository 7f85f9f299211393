// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/facts/facts.hpp"

#include <gtest/gtest.h>

namespace phone::network {
namespace {

using Servers = std::vector<std::string>;

struct Row {
  const char* name;
  Servers alternate;
  std::optional<Lease> lease;
  ProvisioningServers expected;
};
class ProvisioningServer_Table : public testing::TestWithParam<Row> {};
TEST_P(ProvisioningServer_Table, AlternateThenOption150ThenOption66) {
  EXPECT_EQ(choose(GetParam().alternate, GetParam().lease), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ProvisioningServer_Table,
    testing::Values(
        Row{"nothing", {}, std::nullopt, {{}, ""}}, Row{"empty lease", {}, Lease{}, {{}, ""}},
        Row{"66", {}, Lease{.option_66 = "cucm"}, {{"cucm"}, "option 66"}},
        Row{"150 before 66", {}, Lease{.option_150 = {"10.0.0.1"}, .option_66 = "cucm"}, {{"10.0.0.1"}, "option 150"}},
        Row{"two at most",
            {},
            Lease{.option_150 = {"1.1.1.1", "2.2.2.2", "3.3.3.3"}},
            {{"1.1.1.1", "2.2.2.2"}, "option 150"}},
        Row{"by hand", {"a"}, Lease{.option_150 = {"10.0.0.1"}}, {{"a"}, "alternate"}}));

TEST(ProvisioningServer, AlternateIsCheckedBeforeItIsBelieved) {
  EXPECT_EQ(*parse_alternate("10.0.0.1,cucm.example"), (Servers{"10.0.0.1", "cucm.example"}));
  EXPECT_TRUE(parse_alternate("")->empty());
  EXPECT_FALSE(parse_alternate("a b").ok());
  EXPECT_FALSE(parse_alternate("a,,b").ok());
}

TEST(NetworkFacts, StoredServersHoldUntilALeaseSaysOtherwise) {
  Facts stored{.version = 7, .port = "eth0", .provisioning = {{"10.0.0.1"}, "option 150"}};
  const Facts up = update(stored, {.link = {.index = 2, .up = true}, .speed_megabits = 1000}, {});
  EXPECT_EQ(up.version, 8U);
  EXPECT_EQ(up.provisioning.servers, Servers{"10.0.0.1"});
  EXPECT_EQ(up.speed_megabits, 1000U);
  const Facts leased =
      update(up, {.link = {.index = 2, .up = true}, .speed_megabits = 1000, .lease = Lease{.option_66 = "cucm"}}, {});
  EXPECT_EQ(leased.provisioning.source, "option 66");
  const Facts same = update(
      leased, {.link = {.index = 2, .up = true}, .speed_megabits = 1000, .lease = Lease{.option_66 = "cucm"}}, {});
  EXPECT_EQ(same.version, leased.version);
  const Facts down = update(same, {.link = {.index = 2}, .speed_megabits = 1000}, {});
  EXPECT_FALSE(down.link_up);
  EXPECT_EQ(down.speed_megabits, 0U);
  EXPECT_EQ(down.provisioning.servers, Servers{"cucm"});
}

// An address family whose source is in force goes first.
TEST(NetworkFacts, ResolversOfBothFamiliesAreKnownAndThreeAreUsed) {
  Facts facts{.domain = "four.lab", .dns = {"10.0.0.1", "10.0.0.2", "10.0.0.3"}};
  facts.ipv6.dns = {"2001:db8::53", "fe80::1%eth0"};
  facts.ipv6.domain = "six.lab";
  EXPECT_EQ(resolving(facts).servers.front(), "2001:db8::53") << "of IPv4 only what a lease once said";
  EXPECT_EQ(resolving(facts).domain, "six.lab");
  facts.dhcp.held = HeldLease();
  EXPECT_EQ(resolving(facts).servers, (Servers{"10.0.0.1", "10.0.0.2", "10.0.0.3", "2001:db8::53", "fe80::1%eth0"}));
  EXPECT_EQ(resolver_file(resolving(facts)),
            "# written by phone-network-access\nsearch four.lab\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n"
            "nameserver 2001:db8::53\noptions timeout:2\n");
  facts.ipv6.dns = {"10.0.0.1"};
  EXPECT_EQ(resolving(facts).servers.size(), 3U) << "none twice";
  EXPECT_EQ(resolver_file({}), "# written by phone-network-access\noptions timeout:2\n");
}

TEST(NetworkFacts, WhatDhcpv6NamesGoesAfterTheOptionsOfIpv4AndBeforeItsLastResort) {
  const ProvisioningServers six{{"2001:db8::7"}, "DHCPv6 option 17"};
  EXPECT_EQ(choose({}, std::nullopt, six), six);
  EXPECT_EQ(choose({}, Lease{.option_66 = "cucm"}, six).source, "option 66");
  EXPECT_EQ(choose({}, Lease{.next_server = "10.0.0.9"}, six), six);
  EXPECT_EQ(choose({"a"}, std::nullopt, six).source, "alternate");
  Facts held{.version = 3, .provisioning = {{"10.0.0.1"}, "option 150"}};
  EXPECT_EQ(update(held, Ipv6Facts{.state = Ipv6State::kNoRouter}, {}).provisioning.source, "option 150");
  const Facts told = update(held, Ipv6Facts{.provisioning = six}, {});
  EXPECT_EQ(told.provisioning, six);
  EXPECT_EQ(told.version, 4U);
}

}  // namespace
}  // namespace phone::network
