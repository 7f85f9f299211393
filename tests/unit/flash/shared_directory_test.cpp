// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Files that another process puts into a shared directory: none is waited for, followed, given away or trusted.
#include "common/flash/shared_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "common/flash/file.hpp"
#include "tests/unit/laid_there.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::flash {
namespace {

using tests::kEverythingLaid;
using tests::Laid;
using tests::lay;

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}
mode_t mode(const std::filesystem::path& file) {
  struct stat facts {};
  return lstat(file.c_str(), &facts) == 0 ? facts.st_mode : 0;
}

class SharedDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    alarm(60);  // waiting forever is the failure this test looks for
    auto opened = SharedDirectory::open(path_, std::nullopt, 0770);
    ASSERT_TRUE(opened.ok()) << opened.status();
    directory_.emplace(*std::move(opened));
    ASSERT_TRUE(write(victim_, "the victim's").ok());
    chmod(victim_.c_str(), 0400);
  }
  void TearDown() override {
    alarm(0);
    EXPECT_EQ(content(victim_), "the victim's");
    EXPECT_EQ(mode(victim_) & 07777U, 0400U);
  }
  tests::TemporaryDirectory temporary_;
  const std::filesystem::path path_ = temporary_ / "shared", victim_ = temporary_ / "victim";
  std::optional<SharedDirectory> directory_;
};

TEST_F(SharedDirectoryTest, WritesOverWhateverStandsThere) {
  EXPECT_EQ(mode(path_) & 07777U, 0770U);
  for (const Laid what : kEverythingLaid) {
    SCOPED_TRACE(tests::name_of(what));
    if (!lay(what, path_ / "file", victim_)) continue;
    const auto written = directory_->write("file", "ours", 0640);
    EXPECT_TRUE(written.ok()) << written;
    EXPECT_TRUE(S_ISREG(mode(path_ / "file")));
    EXPECT_EQ(mode(path_ / "file") & 07777U, 0640U);
    EXPECT_EQ(directory_->read("file", 100).value_or("?"), "ours");
  }
}

TEST_F(SharedDirectoryTest, ReadsOnlyPlainFilesAndNoMoreThanItsLimit) {
  for (const Laid what : kEverythingLaid) {
    SCOPED_TRACE(tests::name_of(what));
    if (!lay(what, path_ / "file", victim_)) continue;
    for (const auto& got : {directory_->read("file", 100), read_of_another(path_ / "file", 100)}) {
      if (what == Laid::kHardLink) {
        EXPECT_TRUE(got.ok());  // a plain file by another name
      } else if (what == Laid::kHugeFile) {
        EXPECT_EQ(got.status().code(), absl::StatusCode::kResourceExhausted) << got.status();
      } else {
        EXPECT_EQ(got.status().code(), absl::StatusCode::kFailedPrecondition) << got.status();
      }
    }
  }
  EXPECT_EQ(directory_->read("nothing", 100).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SharedDirectoryTest, RemovesWhateverStandsThere) {
  for (const Laid what : kEverythingLaid) {
    SCOPED_TRACE(tests::name_of(what));
    if (!lay(what, path_ / "file", victim_)) continue;
    EXPECT_TRUE(directory_->remove("file").ok());
    EXPECT_EQ(mode(path_ / "file"), 0U);
  }
  EXPECT_TRUE(directory_->remove("nothing").ok());
}

TEST_F(SharedDirectoryTest, IsAFolderAndWhatItLeftHalfDoneGoes) {
  ASSERT_TRUE(directory_->write("file", "ours", 0640).ok());
  std::ofstream(path_ / ".new-00112233") << "half";
  ASSERT_TRUE(SharedDirectory::open(path_, getgid(), 0750).ok());
  EXPECT_EQ(mode(path_) & 07777U, 0750U);
  EXPECT_EQ(mode(path_ / ".new-00112233"), 0U);
  EXPECT_EQ(content(path_ / "file"), "ours");
  for (const Laid what : {Laid::kFifo, Laid::kLink, Laid::kLoop, Laid::kHardLink, Laid::kSocket}) {
    SCOPED_TRACE(tests::name_of(what));
    ASSERT_TRUE(lay(what, temporary_ / "other", victim_));
    EXPECT_FALSE(SharedDirectory::open(temporary_ / "other", std::nullopt, 0770).ok());
  }
}

// In a directory of our own too: the temporary file has a name that can be foreseen.
TEST_F(SharedDirectoryTest, StateFilesNeverGoIntoWhatStandsUnderTheirTemporaryName) {
  for (const Laid what : kEverythingLaid) {
    SCOPED_TRACE(tests::name_of(what));
    if (!lay(what, temporary_ / "state.new", victim_)) continue;
    const auto written = write(temporary_ / "state", "ours");
    const bool directory = what == Laid::kDirectory || what == Laid::kFullDirectory;
    EXPECT_EQ(written.ok(), !directory) << written;
    EXPECT_EQ(content(temporary_ / "state"), std::filesystem::exists(temporary_ / "state") ? "ours" : "");
  }
}

}  // namespace
}  // namespace phone::flash
