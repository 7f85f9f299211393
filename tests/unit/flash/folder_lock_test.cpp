#include "common/flash/folder_lock.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/flash/folder.hpp"

namespace phone::flash {
namespace {

TEST(FolderLock, OneHolderAtATime) {
  Folder folder;
  std::optional<FolderLock> first = FolderLock::acquire(folder.path(), absl::ZeroDuration()).value();
  EXPECT_TRUE(absl::IsDeadlineExceeded(FolderLock::acquire(folder.path(), absl::Milliseconds(20)).status()));
  first.reset();
  EXPECT_TRUE(FolderLock::acquire(folder.path(), absl::ZeroDuration()).ok());
}

TEST(FolderLock, AFolderThatIsNotThereCannotBeLocked) {
  EXPECT_FALSE(FolderLock::acquire("/nonexistent", absl::ZeroDuration()).ok());
}

}  // namespace
}  // namespace phone::flash
