// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// event_log.hpp -- events for people: numbered, bounded, watched by phone.mesh.v1.Event streams. A
// subscriber that falls behind the bound gets the oldest event that is left with `lost` set to how many it missed.
// Every event is also one line in the log.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/mesh/call/stream.hpp"
#include "common/mesh/call/subscribers.hpp"
#include "phone/mesh/v1/events.pb.h"

namespace phone::mesh {

enum class Severity { kInfo, kWarning, kError };

class EventLog {
 public:
  static constexpr size_t kDefaultCapacity = 512;

  // An empty service means the name the log was opened with.
  explicit EventLog(std::string service = {}, size_t capacity = kDefaultCapacity);
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // `kind` is a stable identifier ("trust_list.accepted"), `text` one sentence that names the cause. Never a secret.
  // Rate-limited per kind (EventLimits), so that an event a peer can provoke does not push the others out; suppressed
  // events are counted as lost. Audit events are never suppressed.
  void add(std::string kind, Severity severity, std::string text, std::map<std::string, std::string> detail = {},
           bool audit = false);
  // An event of another service, numbered here and otherwise kept as it is. Not rate-limited: a full log drops the
  // oldest event of the kind that has the most, so that a chatty kind pushes out only its own.
  void add(v1::Event event);

  // after = 0: from now on; else the remaining events after that number.
  std::unique_ptr<Stream> subscribe(uint64_t after, Wake wake) const;
  // subscribe() for later, good even after this object has gone.
  std::function<std::unique_ptr<Stream>(uint64_t after, Wake)> source() const;
  size_t subscribers() const;

 private:
  struct State;
  class Subscriber;
  const std::shared_ptr<State> state_;
};

}  // namespace phone::mesh
