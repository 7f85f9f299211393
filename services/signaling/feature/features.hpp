// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/control/remote_state.hpp"
#include "services/signaling/feature/feature.hpp"
#include "services/signaling/feature/hook_status.hpp"
#include "services/signaling/feature/shared_lines.hpp"
#include "services/signaling/feature/sharing_rules.hpp"
#include "services/signaling/feature/softkey_message.hpp"
#include "services/signaling/feature/softkey_requests.hpp"
#include "services/signaling/feature/watched_numbers.hpp"

namespace phone::signaling {

// What the user asks of the call manager (soft keys), and what it tells of conferences, shared lines, watched numbers
// and parked calls (cucm-calls.md 2 and 4). What becomes of a request is level-triggered: it is in the state.
class Features {
 public:
  using Connection = RegistrationClient::Connection;
  using Done = std::function<void(const absl::StatusOr<FeatureReply>&)>;
  struct Delegate {
    std::function<std::optional<Connection>()> registered;
    std::function<void()> changed;
    // 200 for a request outside a dialog that the server of the registration may send (control/).
    std::function<int(FlowId, const Message&)> judge_source;
  };
  Features(SipPort& port, TransactionLayer& transactions, Requests& requests, CallList& calls, Delegate delegate);

  void configure(const Settings& settings);
  // `done` is called once.
  void use(const FeatureOrder& order, Done done, TimePoint now);
  // False for a request that is none of these.
  bool receive(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  void granted(FlowId flow, const RegistrationGranted& granted, TimePoint now);
  void hook_is(bool off_hook, TimePoint now) { hook_status_.is(off_hook, now); }
  void registered_with(const std::string& server) { shared_.registered_with(server); }
  void flow_lost(FlowId flow, TimePoint now);
  // Something in the list of calls has changed.
  void follow_calls(TimePoint now);
  // What the call manager says: a whole page, what became of a feature, words about a call.
  void page(const PushedPage& page);
  absl::Status conference_told(const std::string& call, std::string_view xml);
  void notice(FlowId flow, const FeatureNotice& notice);
  void text(FlowId flow, const StatusText& text);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  FeatureView view() const;
  // For the next process (feature_record.cpp).
  void write(RecordWriter& record) const;
  void restore(std::string_view record, TimePoint now);
  void show(CallView& call) const;

 private:
  // Of a call: what the call manager has been asked and has not done yet, and what failed last.
  struct Asked {
    std::string what, failure;
    std::optional<TimePoint> until;
  };
  // An INVITE whose outcome the user waits for.
  struct Waiting {
    std::string call, expected;
    Done done;
    TimePoint until{};
  };
  absl::StatusOr<CallView> call_named(const std::string& id) const;
  SecurityLevel own_level() const;
  void conference(const FeatureOrder& order, Done done, TimePoint now);
  void join(const FeatureOrder& order, Done done, TimePoint now);
  void select_next(CallView call, std::vector<std::string> others, std::string expected, Done done, TimePoint now);
  void choose_participant(const FeatureOrder& order, Done done, TimePoint now);
  void barge(const FeatureOrder& order, Done done, TimePoint now);
  void resume_shared(const FeatureOrder& order, Done done, TimePoint now);
  void invite(FeatureInvite feature, uint32_t line, std::string expected, Done done, TimePoint now);
  void fetch_parked(const FeatureOrder& order, Done done, TimePoint now);
  void press(std::string_view event, std::string_view what, const FeatureOrder& order, Done done, TimePoint now);
  void send_softkey(const SoftkeyEvent& event, bool subscribes, SoftkeyRequests::Plan plan, TimePoint now);
  void begin(const std::string& call, std::string what, TimePoint now);
  void finish(const std::string& call, const std::string& failure);
  void told_of_conference(const std::string& call, const Message* notify, bool over);
  void told_of_park(const Message* notify, bool over, const std::string& call);
  void cancel(const std::string& call, TimePoint now);

  static constexpr std::chrono::seconds kOutcomePatience{60};
  static constexpr size_t kMostParked = 16;

  CallList& calls_;
  SipPort& port_;
  Delegate delegate_;
  Settings settings_;
  SoftkeyRequests softkeys_;
  WatchedNumbers watched_;
  SharedLines shared_;
  HookStatus hook_status_;
  std::map<std::string, Asked> asked_;  // by call
  std::vector<Waiting> waiting_;
  std::optional<Roster> roster_;
  PushedPage roster_page_;
  std::vector<ParkedCall> parked_;
};

}  // namespace phone::signaling
