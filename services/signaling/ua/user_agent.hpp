// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/settings/refusal_pace.hpp"
#include "services/signaling/call/call_list.hpp"
#include "services/signaling/control/call_manager_control.hpp"
#include "services/signaling/control/publication.hpp"
#include "services/signaling/feature/features.hpp"
#include "services/signaling/fork/fork_list.hpp"
#include "services/signaling/oauth/authorization.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/line_registrations.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/transaction_layer.hpp"
#include "services/signaling/sip/validator.hpp"
#include "services/signaling/ua/state_view.hpp"
#include "services/signaling/ua/stream_events.hpp"
#include "services/signaling/ua/user_agent_port.hpp"

namespace phone::signaling {

// The SIP user agent: registrations and calls. It has no thread, clock or socket, so that tests move time.
class UserAgent {
 public:
  // `observer` gets every change of a state machine, for the log.
  explicit UserAgent(
      UserAgentPort& ua_port, StateObserver observer = [](const StateChange&) {});

  // What needs another registration waits for the end of all calls while the phone is registered.
  void configure(const Settings& settings, TimePoint now);
  void flow_up(FlowId flow, const FlowFacts& facts, TimePoint now);
  void flow_down(const FlowClosed& closed, TimePoint now);
  void flow_message(FlowId flow, const std::string& bytes, TimePoint now);
  void addresses_are(std::vector<std::string> addresses, TimePoint now);
  void network_is(PhoneNetwork network) { registration_client_.network_is(std::move(network)); }
  void identity_is(const std::string& key, TimePoint now);
  void identity_use_reported(const IdentityUseReported& reported, TimePoint now);
  void stream_opened(const std::string& stream, uint16_t port, TimePoint now);
  void stream_refused(const std::string& stream, const std::string& reason, TimePoint now);
  // What was asked of the port has been answered.
  void go_on(const std::function<void()>& then, TimePoint now);
  void tone_played(const std::string& stream, Tone tone);
  void stream_facts(const std::string& incarnation, const std::vector<StreamReport>& reports, TimePoint now);
  absl::StatusOr<CallView> dial(const DialOrder& order, TimePoint now);
  absl::StatusOr<CallView> dial(const std::string& number, TimePoint now) {
    return dial(DialOrder{.number = number}, now);
  }
  absl::StatusOr<CallView> answer(const std::string& call, TimePoint now);
  absl::StatusOr<CallView> hang_up(const std::string& call, TimePoint now);
  absl::StatusOr<CallView> decline(const std::string& call, TimePoint now);
  absl::StatusOr<CallView> ignore(const std::string& call, TimePoint now);
  HookView set_hook(bool off_hook, TimePoint now);
  MemoryView memory() const { return calls_.memory(); }
  size_t forget_calls(const std::vector<uint64_t>& entries, bool all) { return calls_.forget_calls(entries, all); }
  absl::StatusOr<CallView> hold(const std::string& call, TimePoint now);
  absl::StatusOr<CallView> resume(const std::string& call, TimePoint now);
  // Exactly one of `number` (blind) and `to_call` (attended) is given.
  absl::StatusOr<CallView> transfer(const std::string& call, const std::string& number, const std::string& to_call,
                                    TimePoint now);
  // `done` is called once, perhaps on another thread.
  void send_digits(const std::string& call, const crypto::Secret& digits, std::function<void(const absl::Status&)> done,
                   TimePoint now);
  // Asks the call manager; what is in force it tells itself. `done` is called once.
  void set_do_not_disturb(bool on, Publication::Done done, TimePoint now);
  // A soft key. `done` is called once.
  void use_feature(const FeatureOrder& order, Features::Done done, TimePoint now);
  // The record of the process before, with what media has kept for it.
  void restore(const std::string& record, const std::vector<RecoveredStream>& streams, TimePoint now);
  void restore_memory(const std::string& history, bool off_hook) { calls_.restore_memory(history, off_hook); }
  void restore_alarm(const std::string& text);
  // What the call manager had told the process before; before restore(), which needs it for the calls.
  void restore_told(std::string record, TimePoint now);
  void restore_authorization(const crypto::Secret& record, TimePoint now);
  // Exchanges an activation code for the tokens of SIP OAuth; `done` is called once.
  void authorize(const crypto::Secret& code, Authorization::Done done, TimePoint now);
  void on_time(TimePoint now);
  // When on_time() is due.
  std::optional<TimePoint> deadline() const;

  StateView view();
  // True once after something in view() has changed.
  bool take_changed();

 private:
  void report_dropped(const std::string& why);
  void put_in_force(const Settings& settings, TimePoint now);
  // Policy that waits may be put in force now.
  bool waiting_is_due() const;
  void register_anew(const RestartOrder& order, std::function<void()> done, TimePoint now);
  CallActs acts_on_calls();
  absl::StatusOr<crypto::Secret> token_for(FlowId flow) const;
  void tell_of_microphone(std::string_view done, const std::string& call);
  CallManagerControl::Delegate hand_of_call_manager(const StateObserver& observer);
  void receive_request(FlowId flow, const std::string& key, const Message& request);

  UserAgentPort& ua_port_;
  Settings settings_;
  TransactionLayer transactions_;
  Requests requests_;
  RegistrationClient registration_client_;
  LineRegistrations line_registrations_;
  CallList calls_;
  ForkList forks_;
  Features features_;
  CallManagerControl control_;
  Publication publication_;
  Authorization authorization_;
  // What media has reported last before the calls of the process before were there: the next report is a second away.
  std::optional<StreamsReported> early_;
  bool restored_ = false;
  std::optional<std::string> told_;  // as it was last kept; nothing before that of the process before is known
  void keep_told();
  std::optional<Settings> waiting_;  // policy that needs another registration, during a call
  TimePoint now_{};
  bool changed_ = true;
  uint64_t dropped_ = 0;  // since the last report
  std::optional<TimePoint> dropped_reported_;
  settings::Lock lock_ = settings::Lock::kOpen;  // of the newest policy, also while that waits for the end of a call
  settings::RefusalPace lock_refusals_;
};

}  // namespace phone::signaling
