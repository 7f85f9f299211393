// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// on_demand_driver.hpp -- reads how the services ended that run only while wanted. The supervisor notes it in their
// runtime directories, for one process to read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "common/mesh/call/event_log.hpp"
#include "common/os/event_loop.hpp"
#include "gateway/events/on_demand_exits.hpp"

namespace phone::gateway {

inline constexpr const char* kOnDemand[] = {"enrolment", "download", "url_services"};
inline std::filesystem::path run_directory_of(const std::filesystem::path& run, std::string service) {
  std::replace(service.begin(), service.end(), '_', '-');
  return run / ("phone-" + service);
}

class OnDemandDriver {
 public:
  OnDemandDriver(phone::os::EventLoop& loop, std::filesystem::path run, phone::mesh::EventLog& event_log);
  OnDemandDriver(const OnDemandDriver&) = delete;
  OnDemandDriver& operator=(const OnDemandDriver&) = delete;

  // Deaths since power-on by service and cause, for the metrics. From any thread.
  std::map<std::string, std::map<std::string, std::uint64_t>> deaths() const;
  // Those whose last run failed, and which have not served since. From any thread.
  std::set<std::string> failed() const;

 private:
  void look();

  const std::filesystem::path run_;
  phone::mesh::EventLog& event_log_;
  mutable std::mutex mutex_;
  std::map<std::string, OnDemandExits> exits_;
  phone::os::Timer timer_;  // last: nothing runs once it is gone
};

}  // namespace phone::gateway
