// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The process is ended before, and in the middle of, every system call that flash::write makes; whatever is found
// afterwards is the old file or the new one. The calls are counted by standing in for libc's functions in this test
// binary only.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "common/flash/file.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace {

int steps_left = -1;  // counting down when positive; -1: off
bool tear_write = false;
std::vector<std::string>* trace = nullptr;

void step(const char* name) {
  if (trace != nullptr) trace->push_back(name);
  if (steps_left < 0) return;
  if (steps_left-- == 0) _exit(77);
}

}  // namespace

extern "C" {
ssize_t write(int fd, const void* bytes, size_t size) {
  if (steps_left == 0 && tear_write) syscall(SYS_write, fd, bytes, size / 2);
  step("write");
  return syscall(SYS_write, fd, bytes, size);
}
int fsync(int fd) {
  struct stat facts {};
  fstat(fd, &facts);
  step(S_ISDIR(facts.st_mode) ? "fsync folder" : "fsync file");
  return static_cast<int>(syscall(SYS_fsync, fd));
}
int rename(const char* from, const char* to) noexcept {
  step("rename");
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int fchmod(int fd, mode_t mode) noexcept {
  step("fchmod");
  return static_cast<int>(syscall(SYS_fchmod, fd, mode));
}
}

namespace phone::flash {
namespace {

// True when the child was cut before it was through.
bool write_cut_at(const std::filesystem::path& file, const std::string& content, int at, bool tear) {
  const pid_t child = fork();
  if (child == 0) {
    steps_left = at;
    tear_write = tear;
    const absl::Status status = flash::write(file, content);
    _exit(status.ok() ? 0 : 1);
  }
  int result = 0;
  waitpid(child, &result, 0);
  EXPECT_TRUE(WIFEXITED(result));
  EXPECT_NE(WEXITSTATUS(result), 1);
  return WEXITSTATUS(result) == 77;
}

TEST(F16_PowerCut, LeavesTheOldFileOrTheNewOneAtEveryStep) {
  const std::string old_content(5000, 'o'), new_content(9000, 'n');
  for (const bool tear : {false, true}) {
    int cuts = 0;
    for (int at = 0;; ++at) {
      tests::TemporaryDirectory directory;
      const auto file = directory.path() / "ITLFile.tlv";
      ASSERT_TRUE(flash::write(file, old_content).ok());
      const bool cut = write_cut_at(file, new_content, at, tear);
      const auto found = flash::read(file, 100000);
      ASSERT_TRUE(found.ok()) << found.status();
      EXPECT_TRUE(*found == old_content || *found == new_content) << "cut at step " << at;
      ASSERT_TRUE(flash::write(file, "next").ok()) << "the next write after a cut at step " << at;
      EXPECT_EQ(*flash::read(file, 100), "next");
      if (!cut) break;
      ++cuts;
    }
    EXPECT_EQ(cuts, 5);
  }
}

// What a killed process cannot show and a power cut would: the order in which the bytes reach the disk.
TEST(F16_PowerCut, BytesAreOnDiskBeforeTheNameAndTheNameBeforeSuccess) {
  tests::TemporaryDirectory directory;
  std::vector<std::string> seen;
  trace = &seen;
  const absl::Status status = flash::write(directory.path() / "ITLFile.tlv", "content");
  trace = nullptr;
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(seen, (std::vector<std::string>{"fchmod", "write", "fsync file", "rename", "fsync folder"}));
}

}  // namespace
}  // namespace phone::flash
