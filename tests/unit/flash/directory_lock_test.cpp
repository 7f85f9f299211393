// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/directory_lock.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "absl/synchronization/notification.h"
#include "common/flash/state_dir_lock.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::flash {
namespace {

TEST(DirectoryLock, OneHolderAtATime) {
  tests::TemporaryDirectory directory;
  std::optional<DirectoryLock> first = DirectoryLock::acquire(directory.path(), absl::ZeroDuration()).value();
  EXPECT_TRUE(absl::IsDeadlineExceeded(DirectoryLock::acquire(directory.path(), absl::Milliseconds(20)).status()));
  first.reset();
  EXPECT_TRUE(DirectoryLock::acquire(directory.path(), absl::ZeroDuration()).ok());
}

TEST(DirectoryLock, AFolderThatIsNotThereCannotBeLocked) {
  EXPECT_FALSE(DirectoryLock::acquire("/nonexistent", absl::ZeroDuration()).ok());
}

// F88: flash without room for it. The service runs, and refuses what it cannot save.
TEST(F82_DirectoryTurn, ADirectoryThatIsMissingIsNobodyElses) {
  const auto turn = StateDirLock::take_or_wait("/nonexistent/state");
  ASSERT_TRUE(turn.ok()) << turn.status();
  EXPECT_TRUE(turn->ours());
}

TEST(F82_DirectoryTurn, TheSecondIsNotifiedWhenTheFirstReleases) {
  os::EventLoop loop;
  loop.start("test");
  tests::TemporaryDirectory directory;
  auto first = std::make_optional(StateDirLock::take_or_wait(directory.path()).value());
  EXPECT_TRUE(first->ours());
  auto second = StateDirLock::take_or_wait(directory.path());
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(second->ours());
  absl::Notification taken;
  second->when_taken(loop, [&] { taken.Notify(); });
  EXPECT_FALSE(taken.HasBeenNotified());
  first.reset();
  EXPECT_TRUE(taken.WaitForNotificationWithTimeout(absl::Seconds(5)));
  second->stop();
  EXPECT_TRUE(second->ours());
}

TEST(F82_DirectoryTurn, AWaiterThatGivesUpIsNotNotified) {
  os::EventLoop loop;
  loop.start("test");
  tests::TemporaryDirectory directory;
  const auto first = StateDirLock::take_or_wait(directory.path());
  auto second = StateDirLock::take_or_wait(directory.path());
  ASSERT_TRUE(first.ok() && second.ok());
  second->when_taken(loop, [] { FAIL() << "the first still holds it"; });
  second->stop();
  EXPECT_FALSE(StateDirLock::take_or_wait("/dev/null").ok());
}

}  // namespace
}  // namespace phone::flash
