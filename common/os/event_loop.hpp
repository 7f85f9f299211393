// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// event_loop.hpp -- the one thread on which the drivers of a process wait: for descriptors, for timers, and for work
// that other threads post. epoll(7), timerfd_create(2), eventfd(2).
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "common/os/descriptor.hpp"

namespace phone::os {

// Handlers run one at a time on the loop's thread and must not block: all others wait meanwhile. In one turn each ready
// descriptor's handler runs once at most, each due timer once, and kTasksPerTurn posted tasks, so that none starves the
// others; a handler that reads until nothing is left needs a bound of its own.
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = std::function<void()>;
  static constexpr int kEventsPerTurn = 32;
  static constexpr std::size_t kTasksPerTurn = 64;

  EventLoop();
  // Stops the loop and joins the thread of start(); watches and timers must be gone.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs on this thread until stop().
  void run();
  // Runs on a thread of its own. At most 15 characters, as `top -H` shows it.
  void start(const char* thread_name);
  // From any thread, also from a handler. Tasks posted before still run, later ones do not; a loop does not run
  // again.
  void stop();

  // From any thread: runs the task on the loop's thread, in the order of posting. False once stopped: it is dropped.
  bool post(Task task);
  // From any thread: the task has run when this returns. Here and now on the loop's own thread and while the loop does
  // not run. The caller must hold no lock that a handler takes.
  void sync(const Task& task);

  // How often the loop has woken up. A loop that spins shows here.
  std::uint64_t turns() const { return turns_; }

 private:
  friend class Watch;
  friend class Timer;
  struct Watched {
    int fd = -1;
    std::uint32_t events = 0;  // 0: not in the epoll set
    std::function<void(std::uint32_t)> ready;
  };
  struct Timed {
    Clock::time_point due;
    bool armed = false;
    Task expired;
  };

  std::uint64_t add(Watched watched);
  void want(std::uint64_t id, std::uint32_t events);
  void remove(std::uint64_t id);
  void arm(const std::shared_ptr<Timed>& timed, Clock::time_point due);
  void cancel(const std::shared_ptr<Timed>& timed);

  void mark_running();
  void run_marked();
  void turn();
  void set_timer();
  void run_timers();
  void run_tasks(std::size_t most);
  bool control(int operation, std::uint64_t id, const Watched& watched);

  const Descriptor epoll_, timer_, wake_;
  std::atomic<std::uint64_t> turns_ = 0;

  // The loop's own.
  std::uint64_t last_id_ = 1;
  std::unordered_map<std::uint64_t, std::shared_ptr<Watched>> watched_;
  std::unordered_map<int, std::uint64_t> owner_;  // the watch that has the number of a descriptor now
  std::multimap<Clock::time_point, std::shared_ptr<Timed>> timers_;
  Clock::time_point timer_set_to_ = Clock::time_point::max();

  std::mutex mutex_;  // for the members below
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool running_ = false;
  bool stopping_ = false;
  std::thread::id loop_thread_;
  std::thread thread_;
};

// Watches a descriptor, level-triggered, as long as it lives. From any thread; on another than the loop's each call
// waits for a turn, and after destruction no handler runs. Owns nothing: destroy it before the descriptor is closed,
// or, in a handler, right after.
class Watch {
 public:
  using Ready = std::function<void(std::uint32_t events)>;  // EPOLLIN ...; EPOLLERR and EPOLLHUP come unasked

  Watch(EventLoop& loop, int fd, std::uint32_t events, Ready ready);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  // Waits for these events from now on. 0 pauses: nothing is reported, not even a hang-up, and nothing spins.
  void want(std::uint32_t events);

 private:
  EventLoop& loop_;
  std::uint64_t id_ = 0;
};

// Runs `expired` once each time it was armed. Threads as for Watch.
class Timer {
 public:
  Timer(EventLoop& loop, EventLoop::Task expired);
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  // Replaces an earlier time.
  void expire_at(EventLoop::Clock::time_point due);
  void expire_in(EventLoop::Clock::duration delay) { expire_at(EventLoop::Clock::now() + delay); }
  void cancel();

 private:
  EventLoop& loop_;
  const std::shared_ptr<EventLoop::Timed> timed_;
};

}  // namespace phone::os
