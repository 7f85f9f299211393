// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/os/unix_socket.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/unit/temporary_directory.hpp"

namespace phone::os {
namespace {

class Os_UnixSocket : public ::testing::Test {
 protected:
  Descriptor listen_at(const std::filesystem::path& path) {
    const auto address = unix_address(path);
    EXPECT_TRUE(address.ok()) << address.status();
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address), 0);
    EXPECT_EQ(listen(socket.get(), 1), 0);
    return socket;
  }
  const tests::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_ / "there.sock";
};

TEST_F(Os_UnixSocket, ConnectsToAListener) {
  const Descriptor listening = listen_at(path_);
  const auto connection = connect_unix(path_, SOCK_NONBLOCK);
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_NE(fcntl(connection->get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(connection->get(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_TRUE(Descriptor(accept(listening.get(), nullptr, nullptr)));
}

TEST_F(Os_UnixSocket, ReportsWhereNothingListensAndWhy) {
  const auto absent = connect_unix(path_).status();
  EXPECT_EQ(absent.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(absent.message().find(path_.string()), absl::string_view::npos) << absent;
  (void)listen_at(path_);  // and is gone again: only the file is left
  EXPECT_EQ(connect_unix(path_).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(Os_UnixSocket, RefusesAPathThatNoAddressHolds) {
  EXPECT_EQ(unix_address("").status().code(), absl::StatusCode::kInvalidArgument);
  const std::string longest(sizeof(sockaddr_un::sun_path) - 1, 'x');
  EXPECT_TRUE(unix_address(longest).ok());
  EXPECT_EQ(unix_address(longest + "x").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace phone::os
