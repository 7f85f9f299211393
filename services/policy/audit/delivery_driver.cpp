// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/delivery_driver.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::policy {
namespace {

constexpr std::size_t kMostBatch = std::size_t{32} << 10U;

}  // namespace

Delivery::Delivery(AuditQueue& queue, Delegate delegate) : queue_(queue), delegate_(std::move(delegate)) {
  thread_ = std::thread([this] { run(); });
}

void Delivery::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    news_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Delivery::use(AuditCollector collector) {
  const std::lock_guard lock(mutex_);
  if (collector == collector_) return;
  collector_ = std::move(collector);
  failure_.clear();
  pause_ = std::chrono::milliseconds(0);
  news_.notify_all();
}

void Delivery::add(const std::string& frame) {
  const std::lock_guard lock(mutex_);
  if (collector_.host.empty()) return;
  const AuditQueue::Appended appended = queue_.append(frame);
  const std::uint64_t dropped = appended.dropped + (appended.status.ok() ? 0 : 1);
  dropped_ += dropped;
  dropped_untold_ += dropped;
  news_.notify_all();
}

void Delivery::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (collector_.host.empty() || queue_.waiting() == 0) {
      news_.wait(lock);
      continue;
    }
    if (pause_.count() > 0) {
      const AuditCollector before = collector_;
      const auto until = std::chrono::steady_clock::now() + pause_;
      news_.wait_until(lock, until,
                       [&] { return stopping_ || collector_ != before || std::chrono::steady_clock::now() >= until; });
      if (stopping_) return;
      if (collector_ != before) continue;
    }
    deliver(lock);
  }
}

void Delivery::deliver(std::unique_lock<std::mutex>& lock) {
  const AuditQueue::Batch batch = queue_.next(collector_.transport == AuditTransport::kUdp ? 1 : kMostBatch);
  if (batch.count == 0) {  // flash does not give them back
    pause_ = delegate_.longest_pause;
    return;
  }
  const AuditCollector collector = collector_;
  lock.unlock();
  const std::string why = delegate_.send(collector, batch.frames);
  std::string told;
  if (why.empty()) (void)queue_.delivered(batch);
  lock.lock();
  if (why.empty()) {
    delivered_ += batch.count;
    pause_ = std::chrono::milliseconds(0);
    const std::uint64_t dropped = std::exchange(dropped_untold_, 0);
    if (dropped > 0) told = absl::StrCat(dropped, " audit events were dropped while their collector was away");
    failure_.clear();
  } else if (collector == collector_) {
    if (std::exchange(failure_, why) != why) told = absl::StrCat("Audit events wait for ", collector.host, ": ", why);
    pause_ = std::clamp(2 * pause_, delegate_.first_pause, delegate_.longest_pause);
  }
  if (told.empty()) return;
  lock.unlock();
  delegate_.tell(told);
  lock.lock();
}

DeliveryFacts Delivery::facts() const {
  const std::lock_guard lock(mutex_);
  DeliveryFacts facts{.delivered = delivered_, .waiting = queue_.waiting(), .dropped = dropped_, .failure = failure_};
  if (!collector_.host.empty()) facts.collector = describe(collector_);
  return facts;
}

}  // namespace phone::policy
