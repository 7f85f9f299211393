// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/events/on_demand_watch.hpp"

#include <absl/time/clock.h>
#include <pthread.h>

#include <utility>

#include "common/flash/shared_directory.hpp"

namespace phone::gateway {
namespace {

constexpr std::chrono::milliseconds kPeriod{500};
constexpr std::size_t kLargest = 128 * 1024;  // they are begun anew at half of it

}  // namespace

OnDemandWatch::OnDemandWatch(std::filesystem::path run, phone::mesh::EventLog& event_log)
    : run_(std::move(run)), event_log_(event_log) {
  for (const std::string service : kOnDemand) ends_.emplace(service, OnDemandExits(service));
  thread_ = std::thread([this] { this->run(); });
  pthread_setname_np(thread_.native_handle(), "ends");
}

OnDemandWatch::~OnDemandWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
  thread_.join();
}

void OnDemandWatch::run() {
  std::unique_lock lock(mutex_);
  do {
    look();
  } while (!stopping_.wait_for(lock, kPeriod, [this] { return stopped_; }));
}

void OnDemandWatch::look() {
  for (auto& [service, ends] : ends_) {
    const auto text = phone::flash::read_of_another(run_directory_of(run_, service) / "endings", kLargest);
    if (!text.ok()) continue;  // none of it has ended yet
    for (auto& event : ends.look(*text, phone::mesh::since_boot(), absl::Now())) event_log_.add(std::move(event));
  }
}

std::map<std::string, std::map<std::string, std::uint64_t>> OnDemandWatch::deaths() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::map<std::string, std::uint64_t>> deaths;
  for (const auto& [service, ends] : ends_) deaths[service] = ends.by_cause();
  return deaths;
}

}  // namespace phone::gateway
