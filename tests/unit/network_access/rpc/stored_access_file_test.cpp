// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/rpc/stored_access_file.hpp"

#include <gtest/gtest.h>

#include "common/flash/state_file.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::network::stored_access_file_test {
namespace {

TEST(StoredAccessFile, KeepsProfileAndPoliciesTogetherAndWritesWhatIsNewOnly) {
  const tests::TemporaryDirectory directory;
  const std::filesystem::path path = directory / "access";
  const auto read = [&path] {
    const auto bytes = flash::read_state(path, 64 * 1024);
    return bytes ? decode_access(*bytes) : absl::NotFoundError("no file");
  };
  StoredAccessFile file(path, {});
  ASSERT_TRUE(file.save(AccessPolicy(), PortPolicy()).ok());
  EXPECT_FALSE(std::filesystem::exists(path)) << "nothing new";
  const AccessPolicy access{.enabled = true};
  const PortPolicy port{.pc_disabled = true, .gratuitous_arp = true};
  ASSERT_TRUE(file.save(access, port).ok());
  EapProfile profile;
  profile.identity = "anna";
  ASSERT_TRUE(file.save(profile).ok());
  const auto stored = read();
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->profile.identity, "anna");
  EXPECT_EQ(stored->access, access);
  EXPECT_EQ(stored->port, port);
}

TEST(StoredAccessFile, SaysWhyItCouldNotBeWritten) {
  const tests::TemporaryDirectory directory;
  StoredAccessFile file(directory / "absent" / "more" / "access", {});
  EXPECT_FALSE(file.save(EapProfile()).ok());
}

// A profile that was refused is not smuggled in with the next policy, and a policy that found no room is written later.
TEST(StoredAccessFile, HoldsNothingThatFoundNoRoom) {
  const tests::TemporaryDirectory directory;
  const std::filesystem::path path = directory / "later" / "more" / "access";
  StoredAccessFile file(path, {});
  EapProfile refused;
  refused.identity = "eve";
  EXPECT_FALSE(file.save(refused).ok());
  const AccessPolicy access{.enabled = true};
  EXPECT_FALSE(file.save(access, PortPolicy()).ok());
  std::filesystem::create_directory(directory / "later");
  ASSERT_TRUE(file.save(access, PortPolicy()).ok());
  const auto stored = decode_access(flash::read_state(path, 64 * 1024).value_or(""));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_TRUE(stored->access.enabled);
  EXPECT_EQ(stored->profile.identity, "");
}

}  // namespace
}  // namespace phone::network::stored_access_file_test
