// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <functional>
#include <optional>
#include <string>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/record.hpp"
#include "services/signaling/sip/requests.hpp"

namespace phone::signaling {

// What the user tells the call manager of themselves: do not disturb, by PUBLISH (RFC 3903, cucm-calls.md 4). Whether
// it is in force is the call manager's word, which follows in a dndupdate.
class Publication {
 public:
  using Connected = std::function<std::optional<RegistrationClient::Connection>()>;
  // Called once: an error has the server's own reason.
  using Done = std::function<void(const absl::Status&)>;

  Publication(SipPort& port, Requests& requests, Connected registered)
      : port_(port), requests_(requests), registered_(std::move(registered)) {}

  void configure(const Settings& settings) { settings_ = settings; }
  void set(bool do_not_disturb, Done done, TimePoint now);
  // The connection is gone: what was published over it belongs to its server.
  void flow_lost(FlowId flow);
  // A registration holds: what is published with its server is renewed over it, or published anew if it knows nothing.
  void registered(TimePoint now);
  // For the next process.
  void write(RecordWriter& record) const;
  void restore(std::string_view record);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const { return refresh_at_; }

 private:
  // One attempt; `tries` are left for an entity tag that is not known any more and a time that is too short.
  void send(bool whole, int tries, TimePoint now);
  void answered(const Message* response, int status, int tries, TimePoint now);
  void finish(const absl::Status& status);

  SipPort& port_;
  Requests& requests_;
  Connected registered_;
  Settings settings_;
  Done done_;           // of what is out; nothing is out without it
  bool on_ = false;     // as published last
  FlowId flow_ = 0;     // it was published over
  std::string server_;  // the address of its server
  std::string call_id_, local_tag_, entity_tag_;
  uint32_t cseq_ = 100;
  std::chrono::seconds expires_{3600};
  std::optional<TimePoint> refresh_at_;
};

}  // namespace phone::signaling
