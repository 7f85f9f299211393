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

TEST(EventLoop, ReadyDescriptorIsReportedUntilItIsRead) {
  EventLoop loop;
  const Signal signal(1);
  int times = 0;
  const Watch watch(loop, signal.fd.get(), EPOLLIN, [&](std::uint32_t events) {
    EXPECT_EQ(events, EPOLLIN);
    if (++times < 3) return;
    signal.read();
    stop_after(loop, 3);
  });
  run(loop);
  EXPECT_EQ(times, 3);
}

TEST(EventLoop, HandlerMayEndItsOwnWatch) {
  EventLoop loop;
  const Signal signal(1);
  int times = 0;
  std::optional<Watch> watch;
  const auto witness = std::make_shared<int>(1);
  watch.emplace(loop, signal.fd.get(), EPOLLIN, [&, witness](std::uint32_t) {
    ++times;
    watch.reset();
    EXPECT_GE(witness.use_count(), 2) << "what the handler holds is gone while it runs";
    stop_after(loop, 3);
  });
  run(loop);
  EXPECT_EQ(times, 1);
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(EventLoop, WatchEndedInTheSameTurnIsNotReportedAnyMore) {
  EventLoop loop;
  const Signal first(1), second(1);
  int times = 0;
  std::optional<Watch> one, other;
  const auto end_both = [&](std::uint32_t) {
    ++times;
    one.reset();
    other.reset();
    stop_after(loop, 3);
  };
  one.emplace(loop, first.fd.get(), EPOLLIN, end_both);
  other.emplace(loop, second.fd.get(), EPOLLIN, end_both);
  run(loop);
  EXPECT_EQ(times, 1);
}

TEST(EventLoop, WatchPausedInTheSameTurnIsNotReported) {
  EventLoop loop;
  const Signal first(1), second(1);
  int times = 0;
  std::optional<Watch> one, other;
  const auto pause_both = [&](std::uint32_t) {
    ++times;
    one->want(0);
    other->want(0);
    stop_after(loop, 3);
  };
  one.emplace(loop, first.fd.get(), EPOLLIN, pause_both);
  other.emplace(loop, second.fd.get(), EPOLLIN, pause_both);
  run(loop);
  EXPECT_EQ(times, 1);
}

TEST(EventLoop, DescriptorMayBeClosedByItsHandlerAndItsNumberUsedAgain) {
  EventLoop loop;
  auto first = std::make_unique<Signal>(1);
  const int number = first->fd.get();
  std::unique_ptr<Signal> second;
  std::optional<Watch> old_watch, new_watch;
  int old_times = 0, new_times = 0;
  old_watch.emplace(loop, number, EPOLLIN, [&](std::uint32_t) {
    ++old_times;
    first.reset();
    second = std::make_unique<Signal>(1);
    ASSERT_EQ(second->fd.get(), number);
    new_watch.emplace(loop, number, EPOLLIN, [&](std::uint32_t) {
      ++new_times;
      loop.stop();
    });
    old_watch.reset();  // must not take the new one's place away
  });
  run(loop);
  EXPECT_EQ(old_times, 1);
  EXPECT_EQ(new_times, 1);
}

TEST(EventLoop, HangUpIsReportedUnasked) {
  EventLoop loop;
  Pair pair;
  std::uint32_t seen = 0;
  const Watch watch(loop, pair.ours.get(), EPOLLOUT, [&](std::uint32_t events) {
    seen |= events;
    if ((events & EPOLLHUP) != 0) loop.stop();
  });
  loop.post([&] { pair.theirs.close(); });
  run(loop);
  EXPECT_NE(seen & EPOLLHUP, 0U);
}

TEST(EventLoop, ErrorIsReportedUnasked) {
  EventLoop loop;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Descriptor out(ends[1]);
  std::uint32_t seen = 0;
  // A pipe without a reader: epoll_ctl(2), EPOLLERR.
  const Watch watch(loop, out.get(), EPOLLOUT, [&](std::uint32_t events) {
    seen = events;
    loop.stop();
  });
  Descriptor(ends[0]).close();
  run(loop);
  EXPECT_NE(seen & EPOLLERR, 0U);
}

TEST(EventLoop, PausedDescriptorNeitherReportsNorSpins) {
  EventLoop loop;
  Pair pair;
  int times = 0;
  std::optional<Watch> watch;
  watch.emplace(loop, pair.ours.get(), EPOLLIN, [&](std::uint32_t) {
    ++times;
    watch->want(0);
  });
  pair.theirs.close();  // readable and hung up for good
  std::uint64_t before = 0;
  Timer much_later(loop, [&] { loop.stop(); });
  Timer settled(loop, [&] {
    before = loop.turns();
    much_later.expire_in(100ms);
  });
  settled.expire_in(20ms);
  run(loop);
  EXPECT_EQ(times, 1);
  EXPECT_LE(loop.turns() - before, 2U);
}

TEST(EventLoop, ResumedDescriptorReportsAgain) {
  EventLoop loop;
  const Signal signal(1);
  int times = 0;
  std::optional<Watch> watch;
  Timer resume(loop, [&] { watch->want(EPOLLIN); });
  watch.emplace(loop, signal.fd.get(), EPOLLIN, [&](std::uint32_t) {
    if (++times == 2) return loop.stop();
    watch->want(0);
    resume.expire_in(1ms);
  });
  run(loop);
  EXPECT_EQ(times, 2);
}

TEST(EventLoop, DescriptorThatIsNeverReadStarvesNoOther) {
  EventLoop loop;
  const Signal greedy(1);
  std::uint64_t greedy_times = 0;
  const Watch watch(loop, greedy.fd.get(), EPOLLIN, [&](std::uint32_t) { ++greedy_times; });
  // More ready descriptors than one turn takes, a timer and a task.
  std::vector<std::unique_ptr<Signal>> signals;
  std::vector<std::unique_ptr<Watch>> watches;
  int served = 0;
  for (int i = 0; i < 3 * EventLoop::kEventsPerTurn; ++i) {
    signals.push_back(std::make_unique<Signal>(1));
    watches.push_back(std::make_unique<Watch>(loop, signals.back()->fd.get(), EPOLLIN, [&, i](std::uint32_t) {
      signals[static_cast<std::size_t>(i)]->read();
      ++served;
    }));
  }
  bool timer_ran = false, task_ran = false;
  Timer timer(loop, [&] { timer_ran = true; });
  timer.expire_in(0ms);
  loop.post([&] { task_ran = true; });
  stop_after(loop, 6);
  run(loop);
  EXPECT_EQ(served, 3 * EventLoop::kEventsPerTurn);
  EXPECT_TRUE(timer_ran);
  EXPECT_TRUE(task_ran);
  EXPECT_LE(greedy_times, 8U);
}

TEST(EventLoop, TasksThatPostTasksStarveNoDescriptor) {
  EventLoop loop;
  std::function<void()> again = [&] { loop.post(again); };
  for (std::size_t i = 0; i < 2 * EventLoop::kTasksPerTurn; ++i) loop.post(again);
  const Signal signal(1);
  std::uint64_t in_turn = 0;
  const Watch watch(loop, signal.fd.get(), EPOLLIN, [&](std::uint32_t) {
    in_turn = loop.turns();
    loop.stop();
  });
  run(loop);
  EXPECT_EQ(in_turn, 1U);
}

TEST(EventLoop, MoreTasksThanOneTurnTakesLetDescriptorsInBetween) {
  EventLoop loop;
  std::size_t ran = 0;
  const Signal signal(1);
  std::vector<std::size_t> before;  // each turn
  const Watch watch(loop, signal.fd.get(), EPOLLIN, [&](std::uint32_t) { before.push_back(ran); });
  const std::size_t all = 3 * EventLoop::kTasksPerTurn;
  for (std::size_t i = 1; i <= all; ++i) {
    loop.post([&] {
      if (++ran == all) loop.stop();
    });
  }
  run(loop);
  EXPECT_EQ(before, (std::vector<std::size_t>{0, EventLoop::kTasksPerTurn, 2 * EventLoop::kTasksPerTurn}));
}

TEST(EventLoop, TasksLeftOverWakeTheNextTurn) {
  EventLoop loop;
  std::size_t ran = 0;
  for (std::size_t i = 0; i < 3 * EventLoop::kTasksPerTurn; ++i) {
    loop.post([&] {
      if (++ran == 3 * EventLoop::kTasksPerTurn) loop.stop();
    });
  }
  run(loop);
  EXPECT_EQ(loop.turns(), 3U);
}

TEST(EventLoop, TasksOfManyThreadsAllRunInTheOrderOfEach) {
  EventLoop loop;
  loop.start("test");
  constexpr int kThreads = 8, kEach = 2000;
  std::vector<int> next(kThreads);
  std::atomic<int> out_of_order = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_TRUE(loop.post([&, t, i] {
          auto& expected = next[static_cast<std::size_t>(t)];
          if (expected++ != i) ++out_of_order;
        }));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  loop.stop();
  loop.sync([&] { EXPECT_EQ(next, std::vector<int>(kThreads, kEach)); });
  EXPECT_EQ(out_of_order, 0);
}

TEST(EventLoop, SyncHasRunOnTheLoopsThreadWhenItReturns) {
  EventLoop loop;
  loop.start("test");
  std::thread::id where;
  loop.sync([&] {
    loop.sync([&] { where = std::this_thread::get_id(); });  // there already: at once
  });
  EXPECT_NE(where, std::this_thread::get_id());
  loop.stop();
  loop.sync([&] { where = std::this_thread::get_id(); });
  EXPECT_EQ(where, std::this_thread::get_id());
}

TEST(EventLoop, NothingRunsAfterAWatchWasEndedByAnotherThread) {
  EventLoop loop;
  loop.start("test");
  for (int i = 0; i < 200; ++i) {
    const Signal signal(1);
    auto alive = std::make_unique<int>(1);  // asan and tsan see a handler that comes too late
    {
      const Watch watch(loop, signal.fd.get(), EPOLLIN, [&](std::uint32_t) { ++*alive; });
    }
    alive.reset();
  }
}

TEST(EventLoop, StopsFromWithinAndFromWithout) {
  {
    EventLoop loop;
    loop.post([&] { loop.stop(); });
    run(loop);
  }
  {
    EventLoop loop;
    std::thread other([&] { loop.stop(); });
    run(loop);
    other.join();
    EXPECT_FALSE(loop.post([] { FAIL() << "a stopped loop takes nothing"; }));
  }
}

TEST(EventLoop, WhatWasPostedBeforeTheStopIsStillRun) {
  EventLoop loop;
  int ran = 0;
  bool taken = true;
  loop.post([&] { loop.stop(); });
  for (std::size_t i = 0; i < 3 * EventLoop::kTasksPerTurn; ++i) {
    loop.post([&] {
      ++ran;
      taken = loop.post([] {});
    });
  }
  run(loop);
  EXPECT_EQ(ran, 3 * EventLoop::kTasksPerTurn);
  EXPECT_FALSE(taken);
}

}  // namespace
}  // namespace phone::os
