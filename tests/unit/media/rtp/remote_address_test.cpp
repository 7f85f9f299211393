// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/remote_address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace phone::media {
namespace {

using AddressState = RemoteAddress::State;

const Endpoint kOrdered = *parse_endpoint("10.0.0.2", 4000);
const Endpoint kElsewhere = *parse_endpoint("10.0.0.66", 9);
const Endpoint kThird = *parse_endpoint("10.0.0.77", 9);

// An authentic packet: when, from where; then what the state is and where packets go.
struct Arrival {
  int64_t at_us;
  Endpoint from;
  AddressState state;
  Endpoint destination;
};
struct AddressRow {
  const char* why;
  std::vector<Arrival> steps;
};
class RemoteAddresses : public testing::TestWithParam<AddressRow> {};
TEST_P(RemoteAddresses, FollowAuthenticPackets) {
  RemoteAddress remote;
  remote.set(kOrdered);
  EXPECT_EQ(remote.state(), AddressState::kUnproven);
  EXPECT_TRUE(remote.destination() == kOrdered);
  for (const Arrival& step : GetParam().steps) {
    remote.authentic(step.from, step.at_us);
    EXPECT_EQ(remote.state(), step.state) << GetParam().why << " at " << step.at_us;
    EXPECT_TRUE(remote.destination() == step.destination) << GetParam().why << " at " << step.at_us;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Table, RemoteAddresses,
    testing::Values(AddressRow{"from where signaling says", {{1'000'000, kOrdered, AddressState::kProven, kOrdered}}},
                    AddressRow{"from behind a NAT at once",
                               {{1'000'000, kElsewhere, AddressState::kFollowed, kElsewhere}}},
                    AddressRow{"a copy from elsewhere while the far end is alive",
                               {{1'000'000, kOrdered, AddressState::kProven, kOrdered},
                                {1'499'999, kElsewhere, AddressState::kProven, kOrdered}}},
                    AddressRow{"from elsewhere once the far end was silent for 500 ms",
                               {{1'000'000, kOrdered, AddressState::kProven, kOrdered},
                                {1'500'000, kElsewhere, AddressState::kFollowed, kElsewhere}}},
                    AddressRow{"a third while the second is alive",
                               {{1'000'000, kElsewhere, AddressState::kFollowed, kElsewhere},
                                {1'400'000, kThird, AddressState::kFollowed, kElsewhere}}},
                    AddressRow{"back to where signaling says",
                               {{1'000'000, kElsewhere, AddressState::kFollowed, kElsewhere},
                                {1'600'000, kOrdered, AddressState::kProven, kOrdered}}},
                    AddressRow{"an address nothing is sent to",
                               {{1'000'000, *parse_endpoint("224.0.0.1", 9), AddressState::kUnproven, kOrdered}}}),
    [](const auto& info) { return std::to_string(info.index); });

TEST(RemoteAddress, OnlyALivingFarEndIsWorthAFilter) {
  RemoteAddress remote;
  remote.set(kOrdered);
  EXPECT_TRUE(remote.filter(1'000'000).none());
  remote.authentic(kElsewhere, 1'000'000);
  EXPECT_TRUE(remote.filter(1'499'999) == kElsewhere);
  EXPECT_TRUE(remote.filter(1'500'000).none());
}

TEST(RemoteAddress, AnotherOrderForgetsWhatWasProvenAndTheSameOneDoesNot) {
  RemoteAddress remote;
  remote.set(kOrdered);
  remote.authentic(kElsewhere, 1'000'000);
  remote.set(kOrdered);
  EXPECT_TRUE(remote.destination() == kElsewhere);
  remote.set(kThird);
  EXPECT_EQ(remote.state(), AddressState::kUnproven);
  EXPECT_TRUE(remote.destination() == kThird);
  remote.set(Endpoint{});
  EXPECT_TRUE(remote.destination().none());
}

}  // namespace
}  // namespace phone::media
