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
  StoredAccessFile file(directory / "absent" / "access", {});
  EXPECT_FALSE(file.save(EapProfile()).ok());
}

}  // namespace
}  // namespace phone::network::stored_access_file_test
