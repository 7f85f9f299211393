// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/file.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdlib>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

// F88: which of the two kinds of room is missing. In a mount namespace of a child, since a mount needs one.
TEST(Flash, ARefusalNamesTheRoomThatIsMissing) {
  for (const auto& [options, fill, cause] :
       {std::tuple{"size=64k", "cat /dev/zero >fill 2>/dev/null", "no free bytes"},
        std::tuple{"size=1m,nr_inodes=8", "for i in 1 2 3 4 5 6 7 8 9; do : >$i; done 2>/dev/null",
                   "no free inodes"}}) {
    const tests::TemporaryDirectory directory;
    if (mount("none", directory.path().c_str(), "tmpfs", 0, options) != 0) GTEST_SKIP() << "no mount: root is needed";
    EXPECT_TRUE(write(directory / "old", "as it was").ok());
    EXPECT_NE(std::system(absl::StrCat("cd ", directory.path().string(), "; ", fill, "; false").c_str()), 0);
    const absl::Status refused = write(directory / "old", std::string(8192, 'x'));
    const absl::Status below = write(directory / "deeper" / "file", std::string(8192, 'x'));
    const auto kept = read(directory / "old", 100);
    umount2(directory.path().c_str(), MNT_DETACH);
    EXPECT_TRUE(absl::StrContains(refused.message(), cause)) << refused;
    EXPECT_TRUE(absl::StrContains(refused.message(), "No space left on device")) << refused;
    EXPECT_TRUE(absl::StrContains(below.message(), cause)) << below;
    EXPECT_EQ(kept.value_or(""), "as it was");
  }
}

TEST(Flash, ADirectoryThatFoundNoRoomIsMadeWithItsFirstFile) {
  const tests::TemporaryDirectory directory;
  EXPECT_TRUE(write(directory / "record" / "file", "x").ok());
  EXPECT_EQ(std::filesystem::status(directory / "record").permissions(), std::filesystem::perms::owner_all);
  EXPECT_FALSE(write(directory / "one" / "two" / "file", "x").ok()) << "one level";
}

}  // namespace
}  // namespace phone::flash
