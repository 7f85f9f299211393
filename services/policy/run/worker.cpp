// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/worker.hpp"

#include <pthread.h>

namespace phone::policy {

Worker::Worker(Peers peers, std::atomic<bool>& cancelled, RunDelegate observer, std::function<void(RunResult)> finished)
    : peers_(peers),
      cancelled_(cancelled),
      observer_(std::move(observer)),
      finished_(std::move(finished)),
      thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "provisioning");
}

void Worker::start(RunInput input) {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = stopped_;
    next_ = std::move(input);
  }
  changed_.notify_one();
}

void Worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    cancelled_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Worker::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || next_; });
    if (stopped_) return;
    const RunInput input = std::move(*next_);
    next_.reset();
    lock.unlock();
    RunResult result =
        ProvisioningRun(peers_.trust, peers_.certificates, peers_.downloader, observer_, cancelled_).run(input);
    lock.lock();
    if (stopped_) return;
    lock.unlock();
    finished_(std::move(result));
  }
}

}  // namespace phone::policy
