// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "services/policy/audit/audit_queue.hpp"
#include "services/policy/configuration/audit_collector.hpp"

namespace phone::policy {

// How that goes, for people.
struct DeliveryFacts {
  std::string collector;
  std::uint64_t delivered = 0, waiting = 0, dropped = 0;
  std::string failure;  // of the last attempt
};

// Brings the queue to its collector, batch by batch, on a thread of its own: the next batch leaves when the one before
// was read to its end. What fails is tried again after 1, 2, 4 ... 60 s, with all that has come since behind it.
class Delivery {
 public:
  struct Delegate {
    // Empty: delivered. Blocks. To a collector by UDP one frame at a time.
    std::function<std::string(const AuditCollector&, const std::string& frames)> send;
    std::function<void(const std::string& text)> tell;  // trouble, and another cause of it, and its end
    std::chrono::milliseconds first_pause{1000}, longest_pause{60'000};
  };
  Delivery(AuditQueue& queue, Delegate delegate);
  ~Delivery() { stop(); }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  void use(AuditCollector collector);
  void add(const std::string& frame);  // dropped while there is no collector
  void stop();
  DeliveryFacts facts() const;

 private:
  void run();
  void deliver(std::unique_lock<std::mutex>& lock);

  AuditQueue& queue_;
  const Delegate delegate_;
  mutable std::mutex mutex_;
  std::condition_variable news_;
  AuditCollector collector_;
  bool stopping_ = false;
  std::uint64_t delivered_ = 0, dropped_ = 0, dropped_untold_ = 0;
  std::string failure_;
  std::chrono::milliseconds pause_{0};
  std::thread thread_;
};

}  // namespace phone::policy
