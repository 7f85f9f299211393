// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call.hpp"
#include "services/signaling/call/call_port.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/requests.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

namespace phone::signaling {

// What media returned about a stream after a restart of this process.
struct RecoveredStream {
  StreamSetting setting;
  uint16_t local_port = 0;
};

// INVALID_ARGUMENT for what cannot be dialled.
absl::Status check_dialable(std::string_view number);

// The calls of the phone: dialogs, offers and answers, what media is to do, what the lock shows.
class CallList {
 public:
  static constexpr size_t kMaximumLive = 6;  // whatever the line's settings allow

  struct Delegate {
    std::function<std::optional<RegistrationClient::Connection>()> active;  // for new calls
    std::function<std::optional<RegistrationClient::Connection>(FlowId)> connection;
    std::function<bool(FlowId, TimePoint)> takes_calls;
    std::function<void()> changed;
    StateObserver state_changed = [](const StateChange&) {};
  };
  CallList(CallPort& ua_port, TransactionLayer& transactions, Requests& requests, Delegate delegate)
      : ua_port_(ua_port), transactions_(transactions), requests_(requests), delegate_(std::move(delegate)) {}

  void configure(const Settings& settings);

  absl::StatusOr<CallView> dial(const std::string& number, TimePoint now);
  absl::StatusOr<CallView> answer(const std::string& id, TimePoint now);
  absl::StatusOr<CallView> hang_up(const std::string& id, TimePoint now);
  absl::StatusOr<CallView> hold(const std::string& id, TimePoint now);
  absl::StatusOr<CallView> resume(const std::string& id, TimePoint now);
  // To a number (blind), or to the far end of another call (attended), which may still ring. What becomes of it is in
  // the call's view.
  absl::StatusOr<CallView> transfer(const std::string& id, const std::string& number, TimePoint now);
  absl::StatusOr<CallView> transfer_to(const std::string& id, const std::string& other, TimePoint now);
  // `done` is called once, perhaps on another thread.
  void send_digits(const std::string& id, const crypto::Secret& digits, std::function<void(const absl::Status&)> done);

  // Requests of a dialog, or INVITE; false for requests that are not about calls.
  bool receive(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  // This flow carries the registration now: preserved calls are established again.
  void registered(FlowId flow, TimePoint now);
  void flow_lost(FlowId flow);

  void stream_opened(const std::string& stream, uint16_t port, TimePoint now);
  void stream_refused(const std::string& stream, const std::string& reason, TimePoint now);
  void stream_facts(const std::string& incarnation, const std::vector<StreamReport>& reports, TimePoint now);
  void tone_played(const std::string& stream, Tone tone);
  // Once at start, before the first registration.
  void restore(const std::string& record, const std::vector<RecoveredStream>& streams);

  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  bool idle() const;
  std::vector<CallView> views() const;

 private:
  Call* find(const std::string& id);
  Call* find_stream(const std::string& stream);
  Call* find_dialog(const Message& request);
  MediaRules rules(const Call& call) const;
  std::string contact(const Call& call) const;
  crypto::Secret fresh_key(size_t octets);
  void introduce(Call& call);
  void prepare_local(Call& call);
  std::vector<CryptoLine> fresh_keys(const Call& call);
  LocalSession fresh_offer(const Call& call);
  // For the far end of the call: the suite in use keeps its key, as not every phone takes a new one in a re-INVITE.
  LocalSession hold_offer(const Call& call);
  void drop_offer(Call& call);
  // What is negotiated if this message answers the offer that is out.
  absl::StatusOr<NegotiatedMedia> judge_answer(const Call& call, const Message& message) const;
  // Puts the far end's answer to our offer in force. If it is refused (false), what was negotiated before stays; if
  // nothing was, the call ends with the reason.
  bool take_answer(Call& call, const Message& message, TimePoint now);
  void keep_chosen_key(Call& call);
  size_t live_calls() const;
  size_t most_calls() const;
  bool busy() const;  // another call is answered 486
  Call& begin(bool incoming, TimePoint now);
  void hang_up(Call& call, TimePoint now);

  // Outgoing (client_invite.cpp)
  void send_invite(Call& call, TimePoint now);
  void on_invite_answer(const std::string& id, const TransactionLayer::Outcome& outcome);
  void on_accepted(Call& call, const Message& response, TimePoint now);
  void acknowledge(Call& call, const Message& response);
  void send_bye(Call& call, TimePoint now);

  // Incoming (server_invite.cpp)
  void receive_invite(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  void receive_ack(Call& call, const Message& ack, TimePoint now);
  void receive_offer(Call& call, const std::string& key, const Message& request, TimePoint now);
  void refuse_media(const Call& call, const std::string& key, const Message& request, const absl::Status& cause,
                    TimePoint now);
  void receive_cancel(const std::string& key, const Message& request, TimePoint now);
  void refuse_elsewhere(const Call& call, const std::string& key, const Message& request, TimePoint now);
  bool receive_in_dialog(Call& call, const std::string& key, const Message& request, TimePoint now);
  void accept_incoming(Call& call, TimePoint now);
  void respond_ok(Call& call, const std::string& key, const Message& request, std::string sdp, TimePoint now);
  void reply(const std::string& key, const Message& request, int status, const std::string& tag, std::string phrase,
             TimePoint now);

  // After a new registration (reinvite.cpp)
  void refresh(Call& call, TimePoint now);
  void send_update(Call& call, TimePoint now);
  void offer_anew(Call& call, uint16_t port, TimePoint now);
  void send_new_offer(Call& call, TimePoint now);
  // The INVITE that a re-INVITE of ours had to wait for is over.
  void send_due_offer(Call& call, TimePoint now);
  void send_reinvite(Call& call, std::string sdp, TimePoint now);
  void on_reinvite_answer(const std::string& id, const TransactionLayer::Outcome& outcome);
  // `due`: media has lost what the offer was about, so its answer is void.
  void on_reoffer_accepted(Call& call, const Message& response, bool due, TimePoint now);

  // Hold, resume, and which call has the user (hold.cpp)
  void enter(Call& call, HoldEvent event, std::string cause);
  // All other calls lose the user: those that are established are put on hold, one that is being dialled ends.
  void give_user_to(const Call* one, TimePoint now);
  void take_user(Call& call, TimePoint now);
  void leave(Call& call, HoldReason reason, TimePoint now);
  bool hold_is_due(const Call& call) const;
  void pursue_hold(Call& call, TimePoint now);
  void offer_hold(Call& call, TimePoint now);
  void settle_hold(Call& call, std::string cause);
  void refuse_hold(Call& call, std::string why, TimePoint now);
  // Transfer (transfer.cpp)
  void enter(Call& call, TransferEvent event, std::string cause);
  void begin_transfer(Call& call, TimePoint now);
  void pursue_transfers(TimePoint now);
  void send_refer(Call& call, TimePoint now);
  void receive_notify(Call& call, const std::string& key, const Message& request, TimePoint now);
  void finish_transfer(Call& call, TimePoint now);
  void fail_transfer(Call& call, std::string why, TimePoint now);
  // Another call is being transferred to the far end of this one.
  bool is_consultation(const Call& call) const;

  void ring(const Call& call);
  void ring_waiting();
  void stop_ringing();

  // Both (call_list.cpp, media_session.cpp)
  // The only places where a state changes; the owner is told for the log.
  void enter(Call& call, SessionEvent event, std::string cause);
  void enter(Call& call, OfferEvent event, std::string cause);
  void enter(Call& call, ToneEvent event, std::string cause);
  void settle(Call& call, TimePoint now);
  void on_time(Call& call, TimePoint now);
  void establish(Call& call, TimePoint now);
  void end(Call& call, std::string why, uint32_t status, Tone tone);
  void configure_media(Call& call);
  void judge(Call& call, TimePoint now);
  void take_call_info(Call& call, const Message& message, TimePoint now);
  void save();

  CallPort& ua_port_;
  TransactionLayer& transactions_;
  Requests& requests_;
  Delegate delegate_;
  Settings settings_;
  std::vector<Call> calls_;
  std::string incarnation_;
  std::string saved_;  // the record as it was last saved
};

}  // namespace phone::signaling
