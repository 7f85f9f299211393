// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "gateway/status/policy_facts.hpp"

namespace phone::gateway {

// The CAPF servers of the effective policy, for an enrolment that a user orders without knowing them. Any thread.
class EnrolmentServers {
 public:
  void update(const PolicyFacts& policy) {
    const std::lock_guard lock(mutex_);
    servers_ = policy.capf;
  }
  // Servers that the order names itself are kept.
  phone::certificates::v1::EnrolRequest completed(phone::certificates::v1::EnrolRequest order) const {
    if (order.server_size() > 0) return order;
    const std::lock_guard lock(mutex_);
    for (const auto& server : servers_) *order.add_server() = server;
    return order;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<phone::certificates::v1::Server> servers_;
};

}  // namespace phone::gateway
