// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/address_limits.hpp"

#include <gtest/gtest.h>

namespace phone::mesh {
namespace {

using Answer = AddressLimits::Answer;
const absl::Time kMorning = absl::FromUnixSeconds(1'000'000);

TEST(Mesh_AddressBook, OneAddressHasSomePlacesAndFewerHandshakes) {
  AddressLimits address_limits;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(address_limits.came("10.0.0.1", kMorning), Answer::kLetIn);
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning), Answer::kTooManyHandshakes);
  EXPECT_EQ(address_limits.came("10.0.0.2", kMorning), Answer::kLetIn) << "another address has its own";
  address_limits.handshake_done("10.0.0.1");
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning), Answer::kLetIn);
  address_limits.handshake_done("10.0.0.1");
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning), Answer::kTooMany);
  address_limits.left("10.0.0.1");
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning), Answer::kLetIn);
}

TEST(Mesh_AddressBook, ArrivalsASecondAreBounded) {
  AddressLimits address_limits;
  const auto knock = [&](absl::Time when) {
    const auto answer = address_limits.came("10.0.0.1", when);
    if (answer == Answer::kLetIn) {
      address_limits.handshake_done("10.0.0.1");
      address_limits.left("10.0.0.1");
    }
    return answer;
  };
  for (int i = 0; i < 64; ++i) EXPECT_EQ(knock(kMorning), Answer::kLetIn);
  EXPECT_EQ(knock(kMorning), Answer::kTooOften);
  EXPECT_EQ(knock(kMorning + absl::Milliseconds(300)), Answer::kLetIn);
  EXPECT_EQ(knock(kMorning + absl::Milliseconds(300)), Answer::kTooOften);
}

TEST(Mesh_AddressBook, RefusedAddressComesBackAfterAMinute) {
  AddressLimits address_limits;
  address_limits.refuse("10.0.0.1", kMorning);
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning + absl::Seconds(59)), Answer::kRefused);
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning + absl::Seconds(61)), Answer::kLetIn);
}

TEST(Mesh_AddressBook, TheOneNotSeenForLongestIsForgotten) {
  AddressLimits address_limits;
  address_limits.refuse("10.0.0.1", kMorning);
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning + absl::Seconds(1)), Answer::kRefused);
  for (size_t i = 1; i < AddressLimits::kAddresses; ++i) {
    ASSERT_EQ(address_limits.came(std::to_string(i), kMorning), Answer::kLetIn);
    address_limits.handshake_done(std::to_string(i));
    address_limits.left(std::to_string(i));
  }
  EXPECT_EQ(address_limits.came("10.0.0.2", kMorning + absl::Seconds(2)), Answer::kLetIn);
  EXPECT_EQ(address_limits.size(), AddressLimits::kAddresses);
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning + absl::Seconds(3)), Answer::kRefused)
      << "it was seen a moment ago";
}

TEST(Mesh_AddressBook, ARefusedAddressIsForgottenLast) {
  AddressLimits address_limits;
  const auto passes = [&](int number, absl::Time when) {
    const std::string address = std::to_string(number);
    ASSERT_EQ(address_limits.came(address, when), Answer::kLetIn);
    address_limits.handshake_done(address);
    address_limits.left(address);
  };
  address_limits.refuse("10.0.0.1", kMorning);
  for (int i = 0; i < 1000; ++i) passes(i, kMorning + absl::Milliseconds(i));
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning + absl::Seconds(59)), Answer::kRefused);
  // Once its minute is over it is like the others; and where all are refused, the one not seen for longest goes.
  for (int i = 0; i < 1000; ++i) passes(i, kMorning + absl::Minutes(2));
  for (int i = 0; i < 1000; ++i) address_limits.refuse("refused " + std::to_string(i), kMorning + absl::Minutes(2));
  EXPECT_EQ(address_limits.size(), AddressLimits::kAddresses);
}

TEST(Mesh_AddressBook, ManyAddressesTakeNoMoreThanTheirShareOfMemoryAndNobodysPlace) {
  AddressLimits address_limits;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(address_limits.came("10.0.0.1", kMorning), Answer::kLetIn);
  for (int i = 0; i < 100'000; ++i) {
    const std::string address = std::to_string(i);
    ASSERT_EQ(address_limits.came(address, kMorning + absl::Milliseconds(i)), Answer::kLetIn);
    address_limits.handshake_done(address);
    address_limits.left(address);
  }
  EXPECT_LE(address_limits.size(), AddressLimits::kAddresses);
  EXPECT_EQ(address_limits.came("10.0.0.1", kMorning), Answer::kTooManyHandshakes);
}

}  // namespace
}  // namespace phone::mesh
