// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/time/time.h"
#include "services/url_services/exchange/exchanges.hpp"

namespace phone::url_services {

// The thread on which exchanges run, one at a time: they block on servers.
class Worker {
 public:
  using Job = std::function<void(Exchanges&)>;
  static constexpr std::size_t kMostWaiting = 2;

  Worker(http::Fetch fetch, JudgeServer judge);
  ~Worker();  // what is under way gives up
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // What policy says; jobs wait for the first of it.
  void configure(UrlSettings settings);
  // False: too many wait. `job` runs once policy has spoken; `unspoken` instead when it has not within `patience`.
  bool post(Job job, std::function<void()> unspoken);
  // Since when there is nothing to do and nothing to remember; InfiniteFuture: there is.
  absl::Time idle_since();

 private:
  struct Waiting {
    Job job;
    std::function<void()> unspoken;
    absl::Time until;
  };
  void run();

  static constexpr absl::Duration kPolicyWait = absl::Milliseconds(2500);
  std::atomic<bool> cancelled_ = false;
  Exchanges exchanges_;  // the thread's own
  std::mutex mutex_;     // for what follows
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::optional<UrlSettings> settings_;  // not yet taken over
  bool configured_ = false, busy_ = false, stopped_ = false, remembers_ = false;
  absl::Time idle_since_;
  std::thread thread_;
};

}  // namespace phone::url_services
