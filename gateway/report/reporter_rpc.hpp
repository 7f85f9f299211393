// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/call/latest.hpp"
#include "common/mesh/server/router.hpp"
#include "phone/gateway/v1/gateway.pb.h"

namespace phone::gateway {

struct Peers;

// Makes a problem report of what the services say and has url_services send it. One at a time, and one a minute when
// the call manager asks. Outlives what asks it, by shared_ptr; `peers`, `latest` and `event_log` outlive the process's
// calls.
class Reporter : public std::enable_shared_from_this<Reporter> {
 public:
  static constexpr absl::Duration kBetweenOrders = absl::Minutes(1);
  using Done = std::function<void(absl::StatusOr<phone::gateway::v1::SendReportReply>)>;

  Reporter(const phone::mesh::Latest<phone::gateway::v1::PhoneStatus>& latest, phone::mesh::EventLog& event_log,
           const Peers& peers)
      : latest_(latest), event_log_(event_log), peers_(peers) {}
  // `done` is called once, from any thread; RESOURCE_EXHAUSTED while one is being made.
  void send(std::string reason, absl::Duration patience, Done done);
  // How many the call manager has asked for since signaling began. Sends one when that is more than before.
  void ordered(std::uint64_t count);

 private:
  struct Making;
  void pack_and_send(const std::shared_ptr<Making>& making);

  const phone::mesh::Latest<phone::gateway::v1::PhoneStatus>& latest_;
  phone::mesh::EventLog& event_log_;
  const Peers& peers_;
  std::mutex mutex_;
  bool busy_ = false;
  std::optional<std::uint64_t> ordered_;  // unknown: this process has just begun, and what was ordered may be sent
  absl::Time last_order_ = absl::InfinitePast();
};

void serve_reports(phone::mesh::Router& router, const std::shared_ptr<Reporter>& reporter);

}  // namespace phone::gateway
