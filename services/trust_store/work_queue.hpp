// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One thread for judgements that take longer than other callers may wait, in the order they come. Unbounded: the caller
// of add() bounds it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace phone::trust {

class WorkQueue {
 public:
  // At most 15 characters: the thread's name, as `top -H` shows it.
  explicit WorkQueue(const char* name) : name_(name) {}
  ~WorkQueue();  // waits for the work in hand; what has not begun is dropped
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void add(std::function<void()> work);

 private:
  void run();

  const char* const name_;
  std::mutex mutex_;  // for what follows
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopped_ = false;
  std::thread thread_;  // started by the first work
};

}  // namespace phone::trust
