// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "services/signaling/control/call_acts.hpp"
#include "services/signaling/control/control_port.hpp"
#include "services/signaling/control/remote_requests.hpp"
#include "services/signaling/control/remote_state.hpp"
#include "services/signaling/control/restart.hpp"
#include "services/signaling/control/service_orders.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

namespace phone::signaling {

// The call manager's hand on the phone: what the server that holds the registration orders outside a dialog, over the
// connection that carries it. Anybody else is refused, and an event says why.
class CallManagerControl {
 public:
  struct Delegate {
    std::function<std::optional<RegistrationClient::Held>(FlowId)> held;
    std::function<void(TimePoint)> renew;  // the registration
    std::function<void()> changed;
    CallActs calls;
    Restart::Delegate restart;
  };
  CallManagerControl(ControlPort& port, TransactionLayer& transactions, Delegate delegate)
      : port_(port),
        transactions_(transactions),
        delegate_(std::move(delegate)),
        restart_(port, delegate_.restart),
        orders_(port, restart_) {}

  // The policy that has arrived; what of it needs another registration may not be in force yet.
  void configure(const Settings& settings, TimePoint now);
  // False for a request that is none of these.
  bool receive(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  // A NOTIFY of service-control in the dialog of a call: whether the call is to be preserved.
  ControlAnswer receive_in_call(FlowId flow, const Message& request, TimePoint now);

  // A REFER in CUCM's dialect, in a dialog or outside: nothing for another one. With 202, a cause says what of it was
  // not done.
  std::optional<ControlAnswer> receive_refer(FlowId flow, const Message& request, TimePoint now);

  // Who may order something, and whether it is for this phone: 200, or what it is refused with.
  ControlAnswer judge_source(FlowId flow, const Message& request) const;

  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  RemoteView view() const { return state_.view(); }
  // What was told, for the next process, and what the one before has left.
  void write(RecordWriter& record) const { state_.write(record); }
  void restore(std::string_view record);
  bool restart_under_way() const { return restart_.under_way(); }
  uint64_t reports_ordered() const { return orders_.reports_ordered(); }
  std::string restart_sentence() const { return restart_.sentence(); }

 private:
  ControlAnswer take_service_control(FlowId flow, const Message& request, bool in_call, TimePoint now);
  ControlAnswer take_message_summary(const Message& request);
  // remote_refer.cpp
  struct Asked;
  static absl::StatusOr<Asked> read_refer(const Message& request);
  ControlAnswer take_refer(FlowId flow, const Message& request, TimePoint now);
  absl::Status take(const BulkUpdate& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const DoNotDisturbUpdate& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const HuntGroupUpdate& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const PrivacyUpdate& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const StatusText& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const PlayToneRequest& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const StopToneRequest& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const ResumeCallRequest& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const HoldCallRequest& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const AnswerCallRequest& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const PlaceCallRequest& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const FeatureNotice& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const DataPassthrough& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const RegisterLinesRequest& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const CapabilitiesNotice& request, FlowId flow, std::string_view page, TimePoint now);
  absl::Status take(const UnknownRequest& request, FlowId flow, std::string_view page, TimePoint now);
  bool came_before(const Message& request);
  void answer(const std::string& key, const Message& request, const ControlAnswer& answer, TimePoint now);
  void report_refused(const Message& request, const ControlAnswer& answer, TimePoint now);

  ControlPort& port_;
  TransactionLayer& transactions_;
  Delegate delegate_;
  Restart restart_;
  ServiceOrders orders_;
  RemoteState state_;
  Settings settings_;
  std::deque<std::string> seen_;  // which requests were taken, so that a repeated one does nothing
  uint64_t refused_ = 0;          // since the last report
  std::optional<TimePoint> refused_reported_;
};

// The cause in a Warning (RFC 3261 section 20.43).
std::string warning_of(std::string cause);

}  // namespace phone::signaling
