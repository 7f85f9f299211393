// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/seen_events.hpp"

#include <utility>

#include "common/mesh/call/event_log.hpp"

namespace phone::mesh {

bool SeenEvents::is_new(std::string_view service, const v1::Event& event) {
  const Time time{event.time().seconds(), event.time().nanos()};
  auto found = services_.find(service);
  if (found == services_.end()) found = services_.emplace(service, Known()).first;
  Known& known = found->second;
  if (const auto same = known.find(event.sequence()); same != known.end()) {
    if (same->second == time) return false;
    known.clear();
  }
  known.emplace(event.sequence(), time);
  if (known.size() > EventLog::kDefaultCapacity) known.erase(known.begin());
  return true;
}

}  // namespace phone::mesh
