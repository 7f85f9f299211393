// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>

#include "common/mesh/call/event_log.hpp"
#include "gateway/status/facts.hpp"

namespace phone::gateway {

struct Peers;

// Where the streams of the services go. All are called from threads of the watchers, `update` and `happened` by
// several.
struct WatchDelegate {
  std::function<void(Source, Fact)> update;
  std::function<void(Source)> happened;            // an event, or a broken stream: worth asking anew
  std::function<void(const PolicyFacts&)> policy;  // one at a time; may block
};

// Follows the state and the events of every service until it goes.
class ServiceWatchers {
 public:
  ServiceWatchers(Peers& peers, phone::mesh::EventLog& event_log, WatchDelegate listeners);
  ~ServiceWatchers();

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace phone::gateway
