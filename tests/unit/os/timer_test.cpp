// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/os/event_loop.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/os/event_loop_fixture.hpp"

namespace phone::os {
namespace {

using namespace std::chrono_literals;

TEST(Timer, RunInTheOrderTheyAreDue) {
  EventLoop loop;
  std::string order;
  Timer last(loop, [&] {
    order += 'c';
    loop.stop();
  });
  Timer first(loop, [&] { order += 'a'; }), second(loop, [&] { order += 'b'; });
  last.expire_in(15ms);
  second.expire_in(10ms);
  first.expire_in(5ms);
  const auto began = EventLoop::Clock::now();
  run(loop);
  EXPECT_EQ(order, "abc");
  EXPECT_GE(EventLoop::Clock::now() - began, 15ms);
}

TEST(Timer, IsArmedAgainInItsOwnCallback) {
  EventLoop loop;
  int times = 0;
  std::optional<Timer> timer;
  timer.emplace(loop, [&] { ++times < 5 ? timer->expire_in(1ms) : loop.stop(); });
  timer->expire_in(1ms);
  run(loop);
  EXPECT_EQ(times, 5);
}

TEST(Timer, MayBeCancelledAndDestroyedInItsOwnCallback) {
  EventLoop loop;
  int times = 0;
  std::optional<Timer> timer;
  timer.emplace(loop, [&] {
    ++times;
    timer->expire_in(0ms);
    timer->cancel();
    timer.reset();
    stop_after(loop, 3);
  });
  timer->expire_in(0ms);
  run(loop);
  EXPECT_EQ(times, 1);
}

TEST(Timer, CancelledByAnotherOfTheSameTurnDoesNotRun) {
  EventLoop loop;
  int times = 0;
  std::optional<Timer> one, other, put_off;
  const auto due = EventLoop::Clock::now();
  one.emplace(loop, [&] {
    ++times;
    other->cancel();
    put_off->expire_in(1h);
    stop_after(loop, 3);
  });
  other.emplace(loop, [&] { ++times; });
  put_off.emplace(loop, [&] { ++times; });
  one->expire_at(due);
  other->expire_at(due);
  put_off->expire_at(due);
  run(loop);
  EXPECT_EQ(times, 1);
}

TEST(Timer, ArmedForThePastRunsOnceATurn) {
  EventLoop loop;
  std::uint64_t times = 0;
  std::optional<Timer> timer;
  timer.emplace(loop, [&] {
    ++times;
    timer->expire_at({});
  });
  timer->expire_at({});
  stop_after(loop, 5);
  run(loop);
  EXPECT_GE(times, 3U);
  EXPECT_LE(times, loop.turns());
}

TEST(Timer, ThatWasCancelledDoesNotWakeTheLoop) {
  EventLoop loop;
  loop.start("test");
  Timer cancelled(loop, [] { ADD_FAILURE() << "it was cancelled"; });
  cancelled.expire_in(20ms);
  cancelled.cancel();
  const auto before = loop.turns();
  EventLoop elsewhere;  // a clock
  Timer later(elsewhere, [&] { elsewhere.stop(); });
  later.expire_in(60ms);
  elsewhere.run();
  EXPECT_LE(loop.turns() - before, 2U);
}

TEST(Timer, OfAnotherThreadIsArmedAndCancelledWhileTheLoopRuns) {
  EventLoop loop;
  loop.start("test");
  std::atomic<int> times = 0;
  Timer timer(loop, [&] { ++times; });
  for (int i = 0; i < 100; ++i) {
    timer.expire_in(1h);
    timer.expire_in(0ms);
    timer.cancel();
    const int after = times;
    loop.sync([&] { EXPECT_EQ(times, after); });
  }
}

}  // namespace
}  // namespace phone::os
