// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/exchange/worker.hpp"

#include <utility>

#include "common/os/steady_time.hpp"

namespace phone::url_services {

Worker::Worker(http::Fetch fetch, JudgeServer judge)
    : exchanges_(std::move(fetch), std::move(judge), cancelled_), idle_since_(os::steady_now()) {
  thread_ = std::thread([this] { run(); });
}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    cancelled_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Worker::configure(UrlSettings settings) {
  const std::lock_guard lock(mutex_);
  settings_ = std::move(settings);
  changed_.notify_all();
}

bool Worker::post(Job job, std::function<void()> unspoken) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || waiting_.size() + (busy_ ? 1 : 0) >= kMostWaiting) return false;
  waiting_.push_back({std::move(job), std::move(unspoken), os::steady_now() + kPolicyWait});
  changed_.notify_all();
  return true;
}

absl::Time Worker::idle_since() {
  const std::lock_guard lock(mutex_);
  return busy_ || remembers_ || !waiting_.empty() || settings_ ? absl::InfiniteFuture() : idle_since_;
}

void Worker::run() {
  // How often it is looked whether the time of credentials, or of a job that waits for policy, is over.
  constexpr std::chrono::milliseconds kLook{1000}, kLookWaiting{50};
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (settings_) {
      UrlSettings settings = *std::exchange(settings_, std::nullopt);
      configured_ = true;
      lock.unlock();
      exchanges_.configure(std::move(settings));
      lock.lock();
    } else if (!waiting_.empty() && (configured_ || os::steady_now() >= waiting_.front().until)) {
      const Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      busy_ = true;
      const bool serve = configured_;
      lock.unlock();
      if (serve)
        next.job(exchanges_);
      else
        next.unspoken();
      lock.lock();
      busy_ = false;
      idle_since_ = os::steady_now();
    } else {
      changed_.wait_for(lock, waiting_.empty() ? kLook : kLookWaiting);
    }
    remembers_ = exchanges_.remembers(os::steady_now());
  }
}

}  // namespace phone::url_services
