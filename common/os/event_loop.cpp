// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/os/event_loop.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "common/log/log.hpp"

namespace phone::os {
namespace {

constexpr std::uint64_t kWake = 0, kTimer = 1;  // in epoll_event.data; a watch has a greater number

timespec since_boot(EventLoop::Clock::time_point at) {
  // steady_clock is CLOCK_MONOTONIC. Zero would disarm.
  const auto left = std::max(at.time_since_epoch(), EventLoop::Clock::duration(1));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  return {.tv_sec = static_cast<time_t>(seconds.count()), .tv_nsec = static_cast<long>((left - seconds).count())};
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll_ || !timer_ || !wake_) log::die("out of file descriptors for an event loop", {{"errno", errno}});
  control(EPOLL_CTL_ADD, kWake, {.fd = wake_.get(), .events = EPOLLIN, .ready = {}});
  control(EPOLL_CTL_ADD, kTimer, {.fd = timer_.get(), .events = EPOLLIN, .ready = {}});
}

EventLoop::~EventLoop() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void EventLoop::mark_running() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(running_, true)) log::die("the event loop is already running");
}

void EventLoop::run() {
  mark_running();
  run_marked();
}

// Marked before the thread is there: from now on sync() waits for it.
void EventLoop::start(const char* thread_name) {
  mark_running();
  thread_ = std::thread([this] { run_marked(); });
  pthread_setname_np(thread_.native_handle(), thread_name);
}

void EventLoop::run_marked() {
  std::unique_lock lock(mutex_);
  loop_thread_ = std::this_thread::get_id();
  while (!stopping_) {
    lock.unlock();
    turn();
    lock.lock();
  }
  while (!tasks_.empty()) {
    lock.unlock();
    run_tasks(kTasksPerTurn);
    lock.lock();
  }
  running_ = false;
  changed_.notify_all();
}

void EventLoop::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  eventfd_write(wake_.get(), 1);
}

bool EventLoop::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  tasks_.push_back(std::move(task));
  if (tasks_.size() == 1) eventfd_write(wake_.get(), 1);
  return true;
}

void EventLoop::sync(const Task& task) {
  std::unique_lock lock(mutex_);
  if (running_ && loop_thread_ != std::this_thread::get_id()) {
    if (!stopping_) {
      bool done = false;
      tasks_.push_back([&] {
        task();
        const std::lock_guard finished(mutex_);
        done = true;
        changed_.notify_all();
      });
      eventfd_write(wake_.get(), 1);
      return changed_.wait(lock, [&] { return done; });
    }
    changed_.wait(lock, [this] { return !running_; });
  }
  lock.unlock();
  task();
}

void EventLoop::turn() {
  set_timer();
  std::array<epoll_event, kEventsPerTurn> events;
  const int ready = epoll_wait(epoll_.get(), events.data(), kEventsPerTurn, -1);
  if (ready < 0 && errno != EINTR) log::die("epoll_wait", {{"errno", errno}});
  ++turns_;
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    eventfd_t ignored = 0;
    if (event.data.u64 == kWake) eventfd_read(wake_.get(), &ignored);
    if (event.data.u64 <= kTimer) continue;
    // A handler before this one may have removed or paused it.
    const auto found = watched_.find(event.data.u64);
    if (found == watched_.end() || found->second->events == 0) continue;
    const std::shared_ptr<Watched> kept = found->second;  // it may remove itself
    kept->ready(event.events);
  }
  run_timers();
  run_tasks(kTasksPerTurn);
}

void EventLoop::set_timer() {
  const auto first = timers_.empty() ? Clock::time_point::max() : timers_.begin()->first;
  if (std::exchange(timer_set_to_, first) == first) return;
  // Setting it anew also takes back an expiry that was not read; zero disarms.
  itimerspec at{};
  if (!timers_.empty()) at.it_value = since_boot(first);
  if (timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr) != 0) {
    log::die("timerfd_settime", {{"errno", errno}});
  }
}

void EventLoop::run_timers() {
  const auto now = Clock::now();
  std::vector<std::shared_ptr<Timed>> due;
  for (auto it = timers_.begin(); it != timers_.end() && it->first <= now; ++it) due.push_back(it->second);
  for (const auto& timed : due) {
    // One before it may have cancelled it or put it off.
    if (!timed->armed || timed->due > now) continue;
    cancel(timed);
    timed->expired();
  }
}

void EventLoop::run_tasks(std::size_t most) {
  std::deque<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    const auto end = tasks_.begin() + static_cast<std::ptrdiff_t>(std::min(most, tasks_.size()));
    std::move(tasks_.begin(), end, std::back_inserter(tasks));
    tasks_.erase(tasks_.begin(), end);
    if (!tasks_.empty()) eventfd_write(wake_.get(), 1);
  }
  for (const Task& task : tasks) task();
}

bool EventLoop::control(int operation, std::uint64_t id, const Watched& watched) {
  epoll_event event{.events = watched.events, .data = {.u64 = id}};
  if (epoll_ctl(epoll_.get(), operation, watched.fd, &event) == 0) return true;
  // Closed before the watch was ended or changed: the kernel has forgotten it already.
  if (operation != EPOLL_CTL_ADD && (errno == ENOENT || errno == EBADF)) return false;
  log::die("epoll_ctl", {{"errno", errno}, {"fd", watched.fd}, {"operation", operation}});
}

std::uint64_t EventLoop::add(Watched watched) {
  const std::uint64_t id = ++last_id_;
  const std::uint32_t events = std::exchange(watched.events, 0);
  watched_.emplace(id, std::make_shared<Watched>(std::move(watched)));
  want(id, events);
  return id;
}

void EventLoop::want(std::uint64_t id, std::uint32_t events) {
  Watched& watched = *watched_.at(id);
  const std::uint32_t before = std::exchange(watched.events, events);
  if (before == events) return;
  if (before == 0) {
    // The number may have been another's that closed it before its watch was ended.
    control(EPOLL_CTL_ADD, id, watched);
    owner_[watched.fd] = id;
    return;
  }
  const auto owner = owner_.find(watched.fd);
  if (owner == owner_.end() || owner->second != id) return;
  if (events != 0) {
    control(EPOLL_CTL_MOD, id, watched);
  } else {
    control(EPOLL_CTL_DEL, id, watched);
    owner_.erase(owner);
  }
}

void EventLoop::remove(std::uint64_t id) {
  want(id, 0);
  watched_.erase(id);
}

void EventLoop::arm(const std::shared_ptr<Timed>& timed, Clock::time_point due) {
  cancel(timed);
  timed->due = due;
  timed->armed = true;
  timers_.emplace(due, timed);
}

void EventLoop::cancel(const std::shared_ptr<Timed>& timed) {
  if (!std::exchange(timed->armed, false)) return;
  auto [it, end] = timers_.equal_range(timed->due);
  timers_.erase(std::find_if(it, end, [&](const auto& each) { return each.second == timed; }));
}

Watch::Watch(EventLoop& loop, int fd, std::uint32_t events, Ready ready) : loop_(loop) {
  loop_.sync([&] { id_ = loop_.add({.fd = fd, .events = events, .ready = std::move(ready)}); });
}

Watch::~Watch() {
  loop_.sync([this] { loop_.remove(id_); });
}

void Watch::want(std::uint32_t events) {
  loop_.sync([this, events] { loop_.want(id_, events); });
}

Timer::Timer(EventLoop& loop, EventLoop::Task expired)
    : loop_(loop), timed_(std::make_shared<EventLoop::Timed>(EventLoop::Timed{{}, false, std::move(expired)})) {}

void Timer::expire_at(EventLoop::Clock::time_point due) {
  loop_.sync([this, due] { loop_.arm(timed_, due); });
}

void Timer::cancel() {
  loop_.sync([this] { loop_.cancel(timed_); });
}

}  // namespace phone::os
