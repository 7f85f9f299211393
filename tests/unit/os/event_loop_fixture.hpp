// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <chrono>

#include "common/os/event_loop.hpp"

namespace phone::os {

// A descriptor that is readable until it is read.
struct Signal {
  explicit Signal(unsigned at_first = 0) : fd(eventfd(at_first, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  void set() const { eventfd_write(fd.get(), 1); }
  void read() const {
    eventfd_t ignored = 0;
    eventfd_read(fd.get(), &ignored);
  }
  Descriptor fd;
};

struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    ours = Descriptor(ends[0]);
    theirs = Descriptor(ends[1]);
  }
  Descriptor ours, theirs;
};

// Runs the loop on this thread. A test that never stops it is stopped, and has failed.
inline void run(EventLoop& loop) {
  Timer too_late(loop, [&] {
    ADD_FAILURE() << "the loop was not stopped in time";
    loop.stop();
  });
  too_late.expire_in(std::chrono::seconds(10));
  loop.run();
}

// After so many turns from now, whatever else goes on.
inline void stop_after(EventLoop& loop, int turns) {
  loop.post([&loop, turns] { turns == 0 ? loop.stop() : stop_after(loop, turns - 1); });
}

}  // namespace phone::os
