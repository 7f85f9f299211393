// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <utility>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/transaction_layer.hpp"
#include "services/signaling/sip/validator.hpp"
#include "services/signaling/ua/state_view.hpp"
#include "services/signaling/ua/user_agent_port.hpp"

namespace phone::signaling {

// The SIP user agent: registrations and calls. It has no thread, clock or socket, so that tests move time.
class UserAgent {
 public:
  // `observer` gets every change of a state machine, for the log.
  explicit UserAgent(
      UserAgentPort& ua_port, StateObserver observer = [](const StateChange&) {});

  void configure(const Settings& settings, TimePoint now);
  void flow_up(FlowId flow, const FlowFacts& facts, TimePoint now);
  void flow_down(const FlowClosed& closed, TimePoint now);
  void flow_message(FlowId flow, const std::string& bytes, TimePoint now);
  void addresses_are(std::vector<std::string> addresses, TimePoint now);
  void identity_is(const std::string& key, TimePoint now);
  void identity_use_reported(const IdentityUseReported& reported, TimePoint now);
  void stream_opened(const std::string& stream, uint16_t port, TimePoint now);
  void stream_refused(const std::string& stream, const std::string& reason, TimePoint now);
  void tone_played(const std::string& stream, Tone tone);
  void stream_facts(const std::string& incarnation, const std::vector<StreamReport>& reports, TimePoint now);
  absl::StatusOr<CallView> dial(const std::string& number, TimePoint now);
  absl::StatusOr<CallView> answer(const std::string& call, TimePoint now);
  absl::StatusOr<CallView> hang_up(const std::string& call, TimePoint now);
  absl::StatusOr<CallView> hold(const std::string& call, TimePoint now);
  absl::StatusOr<CallView> resume(const std::string& call, TimePoint now);
  // Exactly one of `number` (blind) and `to_call` (attended) is given.
  absl::StatusOr<CallView> transfer(const std::string& call, const std::string& number, const std::string& to_call,
                                    TimePoint now);
  // `done` is called once, perhaps on another thread.
  void send_digits(const std::string& call, const crypto::Secret& digits,
                   std::function<void(const absl::Status&)> done);
  // The record of the process before, with what media has kept for it.
  void restore(const std::string& record, const std::vector<RecoveredStream>& streams, TimePoint now);
  void restore_alarm(const std::string& text);
  void on_time(TimePoint now);
  // When on_time() is due.
  std::optional<TimePoint> deadline() const;

  StateView view();
  // True once after something in view() has changed.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  void report_dropped(const std::string& why);
  void receive_request(FlowId flow, const std::string& key, const Message& request);

  UserAgentPort& ua_port_;
  Settings settings_;
  TransactionLayer transactions_;
  Requests requests_;
  RegistrationClient registration_client_;
  CallList calls_;
  TimePoint now_{};
  bool changed_ = true;
  uint64_t dropped_ = 0;  // since the last report
  std::optional<TimePoint> dropped_reported_;
};

}  // namespace phone::signaling
