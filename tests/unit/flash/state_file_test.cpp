// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/state_file.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/flash/crc32.hpp"
#include "common/flash/file.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::flash {
namespace {

TEST(F81_StateFile, WhatWasWrittenIsRead) {
  tests::TemporaryDirectory directory;
  const auto file = directory.path() / "state";
  EXPECT_FALSE(read_state(file, 100).has_value());
  for (const std::string& content : std::vector<std::string>{"", "one line\n", "no end", std::string("\0\n\xff", 3)}) {
    ASSERT_TRUE(write_state(file, content).ok());
    EXPECT_EQ(read_state(file, 100), content);
  }
  ASSERT_TRUE(write_state(file, std::string(100, 'x')).ok());
  EXPECT_EQ(read_state(file, 100)->size(), 100U);
  EXPECT_FALSE(read_state(file, 99).has_value());
}

TEST(F81_StateFile, EveryFlippedBitAndEveryLengthIsNoticed) {
  tests::TemporaryDirectory directory;
  const auto file = directory.path() / "state";
  ASSERT_TRUE(write_state(file, "fips 1\n").ok());
  const std::string whole = read(file, 1000).value();
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_TRUE(write(file, damaged).ok());
    EXPECT_FALSE(read_state(file, 100).has_value()) << "bit " << bit;
  }
  for (size_t length = 0; length < whole.size(); ++length) {
    ASSERT_TRUE(write(file, whole.substr(0, length)).ok());
    EXPECT_FALSE(read_state(file, 100).has_value()) << length << " bytes of it";
  }
}

TEST(Crc32, IsThatOfIeee8023) { EXPECT_EQ(crc32("123456789", 9), 0xcbf43926U); }

}  // namespace
}  // namespace phone::flash
