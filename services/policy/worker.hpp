#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "services/policy/provisioning_run.hpp"

namespace phone::policy {

// The one thread on which provisioning blocks: it runs one round at a time and tells what it found.
class Worker {
 public:
  struct Peers {
    TrustPeer& trust;
    CertificatePeer& certificates;
    Downloader& downloader;
  };

  // `cancelled` is shared with whatever else in a round must end early.
  Worker(Peers peers, std::atomic<bool>& cancelled, RoundObserver observer, std::function<void(RoundResult)> finished);
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Only when no round is running.
  void start(RoundInput input);
  void cancel() { cancelled_ = true; }
  // Ends the running round and the thread; nothing is told after it.
  void stop();

 private:
  void run();

  const Peers peers_;
  std::atomic<bool>& cancelled_;
  const RoundObserver observer_;
  const std::function<void(RoundResult)> finished_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<RoundInput> next_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace phone::policy
