// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "common/mesh/call/event_log.hpp"
#include "gateway/events/on_demand_exits.hpp"

namespace phone::gateway {

// The services that run while they are wanted, and where their ends are noted below the supervisor's /run.
inline constexpr const char* kOnDemand[] = {"enrolment", "download"};
inline std::filesystem::path run_directory_of(const std::filesystem::path& run, const std::string& service) {
  return run / ("phone-" + service);
}

// Looks at their ends twice a second, on a thread of its own, and tells them into the gateway's event log.
class OnDemandWatch {
 public:
  OnDemandWatch(std::filesystem::path run, phone::mesh::EventLog& event_log);
  OnDemandWatch(const OnDemandWatch&) = delete;
  OnDemandWatch& operator=(const OnDemandWatch&) = delete;
  ~OnDemandWatch();

  // Deaths since power-on by service and cause, for the metrics. From any thread.
  std::map<std::string, std::map<std::string, std::uint64_t>> deaths() const;

 private:
  void run();
  void look();

  const std::filesystem::path run_;
  phone::mesh::EventLog& event_log_;
  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  std::map<std::string, OnDemandExits> ends_;
  std::thread thread_;
};

}  // namespace phone::gateway
