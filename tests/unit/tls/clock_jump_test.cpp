// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F95: the network tells a phone the time while it is transferring. A program of its own: its clock is the test's.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>

#include "absl/time/clock.h"
#include "common/os/descriptor.hpp"
#include "common/os/steady_time.hpp"
#include "common/tls/socket.hpp"

namespace {
std::atomic<long> moved{0};  // seconds
}  // namespace

// In the place of libc's, also for the libraries.
extern "C" int clock_gettime(clockid_t clock, struct timespec* time) {
  const int result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += moved;
  return result;
}

namespace phone::tls {
namespace {

constexpr long kYear = 365L * 24 * 3600;

// What waits for years would hold up the test as well.
absl::Status within_seconds(const std::function<absl::Status()>& work) {
  std::packaged_task<absl::Status()> task(work);
  auto done = task.get_future();
  std::thread thread(std::move(task));
  if (done.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
    std::fputs("it waits for years\n", stderr);
    std::_Exit(1);
  }
  thread.join();
  return done.get();
}

class F95_ClockJump : public testing::Test {
 protected:
  F95_ClockJump() {
    moved = 0;
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    near_ = os::Descriptor(ends[0]);
    far_ = os::Descriptor(ends[1]);
  }
  os::Descriptor near_, far_;
};

TEST_F(F95_ClockJump, TheShimMovesTheClockAndNotTheSteadyOne) {
  const absl::Time wall = absl::Now();
  const absl::Time steady = os::steady_now();
  moved = 10 * kYear;
  EXPECT_GT(absl::Now(), wall + absl::Hours(24 * 3000));
  EXPECT_LT(os::steady_now(), steady + absl::Minutes(1));
}

TEST_F(F95_ClockJump, AClockSetForwardsEndsNoTransfer) {
  const absl::Status waited = within_seconds([this] {
    const absl::Time deadline = os::steady_now() + absl::Seconds(10);
    std::thread later([this] {
      moved = 56 * kYear;  // from 1970
      poll(nullptr, 0, 100);
      EXPECT_EQ(write(far_.get(), "x", 1), 1);
    });
    absl::Status status = wait_for(near_.get(), POLLIN, deadline, -1, -1);
    later.join();
    return status;
  });
  EXPECT_TRUE(waited.ok()) << waited;
}

TEST_F(F95_ClockJump, AClockSetBackProlongsNone) {
  const absl::Status waited = within_seconds([this] {
    const absl::Time deadline = os::steady_now() + absl::Milliseconds(200);
    moved = -12 * kYear;
    return wait_for(near_.get(), POLLIN, deadline, -1, -1);
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(waited)) << waited;
}

// The same for connecting: the deadline is made and kept inside.
TEST_F(F95_ClockJump, ConnectingEndsInItsTimeHoweverTheClockIsSet) {
  const os::Descriptor listening(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof own;
  ASSERT_EQ(bind(listening.get(), reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
  ASSERT_EQ(listen(listening.get(), 0), 0);
  ASSERT_EQ(getsockname(listening.get(), reinterpret_cast<sockaddr*>(&own), &size), 0);
  const os::Descriptor full[] = {os::Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)),
                                 os::Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0))};
  for (const os::Descriptor& one : full) (void)connect(one.get(), reinterpret_cast<sockaddr*>(&own), sizeof own);
  const absl::Status dialled = within_seconds([&] {
    std::thread later([] {
      poll(nullptr, 0, 100);
      moved = -12 * kYear;
    });
    const auto fd = dial(
        {.host = "127.0.0.1", .port = ntohs(own.sin_port), .bind_address = {}, .timeout = absl::Milliseconds(500)});
    later.join();
    return fd.status();
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(dialled)) << dialled;
}

}  // namespace
}  // namespace phone::tls
