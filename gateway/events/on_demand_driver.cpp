// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/events/on_demand_driver.hpp"

#include <absl/time/clock.h>

#include <utility>

#include "common/flash/shared_directory.hpp"

namespace phone::gateway {
namespace {

constexpr std::chrono::milliseconds kPeriod{500};
constexpr std::size_t kLargest = 128 * 1024;  // the supervisor begins a file anew at half of it

}  // namespace

OnDemandDriver::OnDemandDriver(phone::os::EventLoop& loop, std::filesystem::path run, phone::mesh::EventLog& event_log)
    : run_(std::move(run)), event_log_(event_log), timer_(loop, [this] { look(); }) {
  for (const std::string service : kOnDemand) exits_.emplace(service, OnDemandExits(service));
  timer_.expire_in({});
}

void OnDemandDriver::look() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [service, exits] : exits_) {
      const auto text = phone::flash::read_of_another(run_directory_of(run_, service) / "endings", kLargest);
      if (!text.ok()) continue;  // it has not ended yet
      for (auto& event : exits.look(*text, phone::mesh::since_boot(), absl::Now())) event_log_.add(std::move(event));
    }
  }
  timer_.expire_in(kPeriod);
}

std::map<std::string, std::map<std::string, std::uint64_t>> OnDemandDriver::deaths() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::map<std::string, std::uint64_t>> deaths;
  for (const auto& [service, exits] : exits_) deaths[service] = exits.by_cause();
  return deaths;
}

std::set<std::string> OnDemandDriver::failed() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> failed;
  for (const auto& [service, exits] : exits_) {
    if (exits.last_run_failed()) failed.insert(service);
  }
  return failed;
}

}  // namespace phone::gateway
