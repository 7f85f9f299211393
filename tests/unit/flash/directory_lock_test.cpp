#include "common/flash/directory_lock.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "absl/synchronization/notification.h"
#include "common/flash/state_dir_lock.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::flash {
namespace {

TEST(FolderLock, OneHolderAtATime) {
  tests::TemporaryFolder folder;
  std::optional<FolderLock> first = FolderLock::acquire(folder.path(), absl::ZeroDuration()).value();
  EXPECT_TRUE(absl::IsDeadlineExceeded(FolderLock::acquire(folder.path(), absl::Milliseconds(20)).status()));
  first.reset();
  EXPECT_TRUE(FolderLock::acquire(folder.path(), absl::ZeroDuration()).ok());
}

TEST(FolderLock, AFolderThatIsNotThereCannotBeLocked) {
  EXPECT_FALSE(FolderLock::acquire("/nonexistent", absl::ZeroDuration()).ok());
}

TEST(F82_FolderTurn, TheSecondIsToldWhenTheFirstHasLetGo) {
  os::EventLoop loop;
  loop.start("test");
  tests::TemporaryFolder folder;
  auto first = std::make_optional(FolderTurn::take_or_wait(folder.path()).value());
  EXPECT_TRUE(first->ours());
  auto second = FolderTurn::take_or_wait(folder.path());
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

TEST(F82_FolderTurn, WhoeverGivesUpIsNotTold) {
  os::EventLoop loop;
  loop.start("test");
  tests::TemporaryFolder folder;
  const auto first = FolderTurn::take_or_wait(folder.path());
  auto second = FolderTurn::take_or_wait(folder.path());
  ASSERT_TRUE(first.ok() && second.ok());
  second->when_taken(loop, [] { FAIL() << "the first still holds it"; });
  second->stop();
  EXPECT_FALSE(FolderTurn::take_or_wait("/nonexistent").ok());
}

}  // namespace
}  // namespace phone::flash
