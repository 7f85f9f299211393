// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/unsaved_state.hpp"

#include <gtest/gtest.h>

#include "tests/unit/temporary_directory.hpp"

namespace phone::certificates {
namespace {

TEST(F88_UnsavedState, WhatFindsNoRoomIsWrittenWhenThereIsSomeAndBothAreToldOnce) {
  const tests::TemporaryDirectory directory;
  const auto place = directory / "not" / "there";
  UnsavedState unsaved;
  Order order;
  order.number = 7;
  EXPECT_FALSE(unsaved.save(place, order, {})) << "nothing has changed";
  unsaved.order_changed();
  unsaved.policy_changed();
  const auto refused = unsaved.save(place, order, KeptPolicy{.fips = true});
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->ok());
  EXPECT_FALSE(unsaved.save(place, order, KeptPolicy{.fips = true})) << "told once";
  std::filesystem::create_directories(place);
  const auto saved = unsaved.save(place, order, KeptPolicy{.fips = true});
  ASSERT_TRUE(saved);
  EXPECT_TRUE(saved->ok()) << *saved;
  EXPECT_EQ(read_order(place).number, 7U);
  EXPECT_TRUE(read_policy(place).value_or(KeptPolicy{}).fips);
  EXPECT_FALSE(unsaved.save(place, order, KeptPolicy{}));
}

}  // namespace
}  // namespace phone::certificates
