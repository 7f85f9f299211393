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

}  // namespace
}  // namespace phone::network
