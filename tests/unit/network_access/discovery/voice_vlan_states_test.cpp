// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Every observation in every state of the voice VLAN, under virtual time. VLAN 100 is in force before each of them.
#include <gtest/gtest.h>

#include "services/network_access/discovery/neighbour.hpp"

namespace phone::network::voice_vlan_states_test {
namespace {

using enum VoiceVlan::State;
using std::chrono::seconds;

struct Observation {
  bool allowed = true, link = true;
  std::optional<unsigned> named;  // none: no neighbour; 0: one that names no voice VLAN
  seconds after{2};
};
const Observation kSame{.named = 100}, kOther{.named = 300}, kOtherLater{.named = 300, .after = seconds(60)};
const Observation kNone{.named = 0}, kNoneLater{.named = 0, .after = seconds(60)};
const Observation kSilent{}, kSilentLater{.after = seconds(60)}, kSilentLong{.after = seconds(66)};
const Observation kNoLink{.link = false}, kForbidden{.allowed = false, .named = 100};

struct Row {
  const char* name;
  VoiceVlan::State in;
  Observation seen;
  VoiceVlan::State to;
  unsigned vlan;
};
class F43_VoiceVlanStates : public testing::TestWithParam<Row> {
 protected:
  using Changes = std::vector<std::pair<VoiceVlan::State, VoiceVlan::State>>;
  unsigned see(VoiceVlan& vlan, const Observation& seen) const {
    const auto neighbour = seen.named ? std::optional(NeighbourFacts{"a", "1", "CDPv2", *seen.named}) : std::nullopt;
    return vlan.decide(seen.allowed, seen.link, neighbour, start_ + seen.after);
  }
  const VoiceVlan::Time start_{seconds(1000)};
};

TEST_P(F43_VoiceVlanStates, ChangeAsTheTableSaysAndAreReported) {
  const Row& row = GetParam();
  Changes reported;
  VoiceVlan vlan(row.in == kDeferred ? 99 : 100, {.entered = [&](auto from, auto to, std::string_view cause) {
                   EXPECT_FALSE(cause.empty());
                   reported.emplace_back(from, to);
                 }});
  ASSERT_EQ(see(vlan, {.named = 100, .after = seconds(0)}), 100U);
  if (row.in == kDoubted) see(vlan, {.named = 0, .after = seconds(1)});
  if (row.in == kDeferred) see(vlan, {.named = 200, .after = seconds(1)});
  ASSERT_EQ(vlan.state(), row.in);
  reported.clear();
  EXPECT_EQ(see(vlan, row.seen), row.vlan);
  EXPECT_STREQ(name_of(vlan.state()), name_of(row.to));
  EXPECT_EQ(vlan.next().has_value(), row.to != kSettled);
  EXPECT_EQ(reported, row.to == row.in ? Changes() : Changes({{row.in, row.to}}));
}
INSTANTIATE_TEST_SUITE_P(Rows, F43_VoiceVlanStates,
                         testing::Values(Row{"the same one", kSettled, kSame, kSettled, 100},
                                         Row{"another one", kSettled, kOther, kSettled, 300},
                                         Row{"none is named", kSettled, kNone, kDoubted, 100},
                                         Row{"no neighbour", kSettled, kSilent, kDoubted, 100},
                                         Row{"no link", kSettled, kNoLink, kSettled, 100},
                                         Row{"forbidden", kSettled, kForbidden, kSettled, 0},
                                         Row{"doubted, the same one", kDoubted, kSame, kSettled, 100},
                                         Row{"doubted, another one", kDoubted, kOther, kSettled, 300},
                                         Row{"doubted, none is named", kDoubted, kNone, kDoubted, 100},
                                         Row{"doubted, none for long", kDoubted, kNoneLater, kSettled, 0},
                                         Row{"doubted, no neighbour", kDoubted, kSilentLater, kDoubted, 100},
                                         Row{"doubted, no neighbour for long", kDoubted, kSilentLong, kSettled, 0},
                                         Row{"doubted, no link", kDoubted, kNoLink, kSettled, 100},
                                         Row{"doubted, forbidden", kDoubted, kForbidden, kSettled, 0},
                                         Row{"deferred, the one in force", kDeferred, kSame, kSettled, 100},
                                         Row{"deferred, a third one", kDeferred, kOther, kDeferred, 100},
                                         Row{"deferred, a third one later", kDeferred, kOtherLater, kSettled, 300},
                                         Row{"deferred, none is named", kDeferred, kNone, kDoubted, 100},
                                         Row{"deferred, no neighbour", kDeferred, kSilent, kDoubted, 100},
                                         Row{"deferred, no link", kDeferred, kNoLink, kSettled, 100},
                                         Row{"deferred, forbidden", kDeferred, kForbidden, kSettled, 0}));

}  // namespace
}  // namespace phone::network::voice_vlan_states_test
