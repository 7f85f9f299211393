// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/frame.hpp"

#include <absl/time/clock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "common/os/descriptor.hpp"

namespace phone::http {
namespace {

struct Pair {
  Pair() {
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0) abort();
    one = os::Descriptor(fds[0]);
    other = os::Descriptor(fds[1]);
  }
  os::Descriptor one, other;
};

Patience soon() { return {absl::Now() + absl::Seconds(10)}; }

TEST(F84_DownloadFrame, MessagesArriveWholeHoweverLargeTheyAre) {
  Pair pair;
  const std::string large(std::size_t{1} << 20, 'x');
  std::thread sender([&] {
    EXPECT_TRUE(send_message(pair.one.get(), large, soon()).ok());
    EXPECT_TRUE(send_message(pair.one.get(), "", soon()).ok());
  });
  EXPECT_EQ(receive_message(pair.other.get(), large.size(), soon()).value(), large);
  EXPECT_EQ(receive_message(pair.other.get(), 0, soon()).value(), "");
  sender.join();
}

TEST(F84_DownloadFrame, WhatIsTooLargeIsRefusedByItsLength) {
  Pair pair;
  ASSERT_TRUE(send_message(pair.one.get(), "12345", soon()).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(receive_message(pair.other.get(), 4, soon()).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(length_of("\xff\xff\xff\xff", 1 << 30).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(length_of("123", 1 << 30).status()));
  EXPECT_EQ(length_of(length_bytes(0x01020304), 0x01020304).value(), 0x01020304U);
}

TEST(F84_DownloadFrame, AClosedSilentOrCancelledCallerIsReported) {
  Pair pair;
  EXPECT_TRUE(
      absl::IsDeadlineExceeded(receive_message(pair.other.get(), 4, {absl::Now() + absl::Milliseconds(20)}).status()));
  const std::atomic<bool> cancelled{true};
  EXPECT_TRUE(absl::IsCancelled(receive_message(pair.other.get(), 4, {absl::InfiniteFuture(), &cancelled}).status()));
  ASSERT_EQ(send(pair.one.get(), "\0\0", 2, 0), 2);
  pair.one.close();
  EXPECT_TRUE(absl::IsUnavailable(receive_message(pair.other.get(), 4, soon()).status())) << "half a length";
  EXPECT_TRUE(absl::IsUnavailable(send_message(pair.other.get(), "x", soon())));
}

}  // namespace
}  // namespace phone::http
