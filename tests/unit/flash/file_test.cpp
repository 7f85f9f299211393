// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/temporary_directory.hpp"

namespace phone::flash {
namespace {

TEST(Flash, WhatIsWrittenIsReadAndOnlyTheOwnerMayReadIt) {
  tests::TemporaryDirectory directory;
  const auto file = directory.path() / "state";
  ASSERT_TRUE(write(file, "old").ok());
  ASSERT_TRUE(write(file, std::string("new\0bytes", 9)).ok());
  EXPECT_EQ(*read(file, 100), std::string("new\0bytes", 9));
  struct stat facts {};
  ASSERT_EQ(stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(Flash, ReadingSaysWhatIsWrong) {
  tests::TemporaryDirectory directory;
  const auto file = directory.path() / "state";
  EXPECT_TRUE(absl::IsNotFound(read(file, 100).status()));
  ASSERT_TRUE(write(file, "12345").ok());
  EXPECT_TRUE(absl::IsResourceExhausted(read(file, 4).status()));
  EXPECT_TRUE(read(file, 5).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(read(directory.path(), 100).status()));
}

TEST(Flash, AFailedWriteKeepsTheOldBytes) {
  tests::TemporaryDirectory directory;
  const auto file = directory.path() / "state";
  ASSERT_TRUE(write(file, "old").ok());
  // The temporary file's place is taken by a directory, so it cannot be made.
  std::filesystem::create_directory(file.string() + ".new");
  EXPECT_FALSE(write(file, "new").ok());
  EXPECT_EQ(*read(file, 100), "old");
}

TEST(Flash, LeftoversOfAPowerCutAreWrittenOver) {
  tests::TemporaryDirectory directory;
  const auto file = directory.path() / "state";
  ASSERT_TRUE(write(file.string() + ".new", "half a fi").ok());
  ASSERT_TRUE(write(file, "new").ok());
  EXPECT_EQ(*read(file, 100), "new");
}

TEST(Flash, RemovingWhatIsNotThereIsFine) {
  tests::TemporaryDirectory directory;
  const auto file = directory.path() / "state";
  EXPECT_TRUE(flash::remove(file).ok());
  ASSERT_TRUE(write(file, "x").ok());
  EXPECT_TRUE(flash::remove(file).ok());
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace phone::flash
