// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "services/policy/run/provisioning_run.hpp"

namespace phone::policy {

// The one thread on which provisioning blocks: one run at a time.
class Worker {
 public:
  struct Peers {
    TrustPort& trust;
    CertificatePort& certificates;
    DownloadPort& downloader;
  };

  // `cancelled` is shared with whatever else in a run must end early.
  Worker(Peers peers, std::atomic<bool>& cancelled, RunDelegate observer, std::function<void(RunResult)> finished);
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Only while no run is in progress.
  void start(RunInput input);
  void cancel() { cancelled_ = true; }
  // Ends the current run and the thread; the delegate is not called after it.
  void stop();

 private:
  void run();

  const Peers peers_;
  std::atomic<bool>& cancelled_;
  const RunDelegate observer_;
  const std::function<void(RunResult)> finished_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<RunInput> next_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace phone::policy
