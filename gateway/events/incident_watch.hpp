// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>

#include "common/mesh/call/event_log.hpp"

namespace phone::gateway {

// Picks the incidents out of the gateway's event log, its own among them; `update` is called by one thread at a time
// and must not add to the event log.
class IncidentWatch {
 public:
  IncidentWatch(const phone::mesh::EventLog& event_log, std::function<void(phone::mesh::v1::Event)> update);

 private:
  struct Impl;
  const std::shared_ptr<Impl> impl_;  // a wake may still be on its way when this goes
};

}  // namespace phone::gateway
