// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/awaited_names.hpp"
#include "services/signaling/call/call.hpp"
#include "services/signaling/call/call_orders.hpp"
#include "services/signaling/call/call_port.hpp"
#include "services/signaling/control/remote_requests.hpp"
#include "services/signaling/control/service_orders.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/dialog_name.hpp"
#include "services/signaling/sip/requests.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/transaction_layer.hpp"
#include "services/signaling/user/history.hpp"

namespace phone::signaling {

// INVALID_ARGUMENT for what cannot be dialled.
absl::Status check_dialable(std::string_view number);

// The calls of the phone: dialogs, offers and answers, what media is to do, what the lock shows.
class CallList {
 public:
  // Whatever the line's settings allow. Media has one stream more, for a call that takes the place of another.
  static constexpr size_t kMaximumLive = 6;

  struct Delegate {
    std::function<std::optional<RegistrationClient::Connection>()> active;  // for new calls
    std::function<std::optional<RegistrationClient::Connection>(FlowId)> connection;
    std::function<bool(FlowId, TimePoint)> takes_calls;
    // A connection to the server of this address, whatever the registration.
    std::function<std::optional<RegistrationClient::Connection>(const std::string&)> connection_to;
    std::function<TimePoint()> now;
    // All that stand, registered or not, the active one first: for calls to emergency numbers.
    std::function<std::vector<RegistrationClient::Connection>()> connections = [] {
      return std::vector<RegistrationClient::Connection>();
    };
    std::function<void()> changed;
    // A NOTIFY of service-control in a dialog: 200, and the call is to be preserved, or what it is refused with.
    std::function<ControlAnswer(FlowId, const Message&, TimePoint)> service_control =
        [](FlowId, const Message&, TimePoint) { return ControlAnswer{.status = 489, .cause = ""}; };
    // A REFER: nothing for one that is not of CUCM's dialect.
    std::function<std::optional<ControlAnswer>(FlowId, const Message&, TimePoint)> remote_requests =
        [](FlowId, const Message&, TimePoint) { return std::nullopt; };
    // conference-info about the conference that a call is; a refusal is the sender's to read.
    std::function<absl::Status(const std::string& id, std::string_view xml)> conference_told =
        [](const std::string&, std::string_view) { return absl::OkStatus(); };
    StateObserver state_changed = [](const StateChange&) {};
  };
  CallList(CallPort& ua_port, TransactionLayer& transactions, Requests& requests, Delegate delegate)
      : ua_port_(ua_port), transactions_(transactions), requests_(requests), delegate_(std::move(delegate)) {}

  void configure(const Settings& settings);
  // The phone's own: a far end that has media in the other family than its signalling is met in its own.
  void addresses_are(std::vector<std::string> addresses) { addresses_ = std::move(addresses); }

  absl::StatusOr<CallView> dial(const DialOrder& order, TimePoint now);
  absl::StatusOr<CallView> answer(const std::string& id, TimePoint now);
  absl::StatusOr<CallView> hang_up(const std::string& id, TimePoint now);
  absl::StatusOr<CallView> decline(const std::string& id, TimePoint now);
  absl::StatusOr<CallView> ignore(const std::string& id, TimePoint now);
  HookView set_hook(bool off_hook, TimePoint now);
  bool off_hook() const { return off_hook_; }
  MemoryView memory() const;
  // How many of these calls were in the history.
  size_t forget_calls(const std::vector<uint64_t>& entries, bool all);
  absl::StatusOr<CallView> hold(const std::string& id, TimePoint now);
  absl::StatusOr<CallView> resume(const std::string& id, TimePoint now);
  // To a number (blind), or to the far end of another call (attended), which may still ring. What becomes of it is in
  // the call's view.
  absl::StatusOr<CallView> transfer(const std::string& id, const std::string& number, TimePoint now);
  // Parks a call at the park number `slot`: a transfer to the user part that asks for it (cucm-calls.md 2.6).
  absl::StatusOr<CallView> park_at(const std::string& id, const std::string& slot, TimePoint now);
  absl::StatusOr<CallView> transfer_to(const std::string& id, const std::string& other, TimePoint now);
  // `done` is called once, perhaps on another thread.
  void send_digits(const std::string& id, const crypto::Secret& digits, std::function<void(const absl::Status&)> done,
                   TimePoint now);

  // Requests of a dialog, or INVITE; false for requests that are not about calls.
  bool receive(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  // What an INVITE over this connection would be answered now: 200, 404, 480 or 486.
  int willingness(FlowId flow, const std::string& uri, TimePoint now) const;
  // This flow carries the registration now: preserved calls are established again.
  void registered(FlowId flow, TimePoint now);
  void flow_lost(FlowId flow);

  void stream_opened(const std::string& stream, uint16_t port, TimePoint now);
  void stream_refused(const std::string& stream, const std::string& reason, TimePoint now);
  void stream_facts(const std::string& incarnation, const std::vector<StreamReport>& reports, TimePoint now);
  void tone_played(const std::string& stream, Tone tone);
  // Once at start, before the first registration.
  void restore(const std::string& record, const std::vector<RecoveredStream>& streams);
  void restore_memory(const std::string& history, bool off_hook);

  // For the call manager: the call of this dialog, over the connection of the call; a tone in a call, or without one;
  // whether incoming calls ring.
  absl::StatusOr<std::string> call_of(FlowId flow, const DialogId& dialog) const;
  absl::Status play_for_call_manager(Tone tone, const std::string& id);
  void stop_for_call_manager();
  void set_do_not_disturb(DoNotDisturb state);
  // It asks for a code before a call goes on; without a dialog, the call that is being dialled.
  absl::Status want_code(FlowId flow, const std::optional<DialogId>& dialog, CodeKind kind);
  // What the call manager knows a live call by.
  std::optional<DialogId> dialog_of(const std::string& id) const;
  absl::StatusOr<CallView> hold_for_conference(const std::string& id, TimePoint now);

  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  bool idle() const;
  std::vector<CallView> views() const;
  // A call that goes on, by what Join names, or by its id.
  std::optional<JoinedCall> joined_call(const DialogName& name) const;
  std::optional<JoinedCall> forked_call(const std::string& id) const;

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
  size_t live_calls(uint32_t line) const;
  size_t most_calls(uint32_t line) const;
  bool line_is_full(uint32_t line) const;
  bool busy(uint32_t line) const;  // another call to it is answered 486
  Call& begin(bool incoming, TimePoint now);
  void hang_up(Call& call, TimePoint now);

  // Outgoing (client_invite.cpp)
  void send_invite(Call& call, TimePoint now);
  void on_invite_answer(const std::string& id, const TransactionLayer::Outcome& outcome);
  void on_accepted(Call& call, const Message& response, TimePoint now);
  void acknowledge(Call& call, const Message& response);
  void keep_credentials(Call& call, const Message& invite);
  void send_bye(Call& call, TimePoint now, const std::string& reason = "");

  // Incoming (server_invite.cpp)
  void receive_invite(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  void receive_ack(Call& call, const Message& ack, TimePoint now);
  void take_target(Call& call, const Message& request, TimePoint now);
  void receive_offer(Call& call, const std::string& key, const Message& request, TimePoint now);
  void refuse_with_cause(const Call& call, const std::string& key, const Message& request, int status,
                         std::string cause, TimePoint now);
  void refuse_busy(const std::string& key, const Message& request, const std::string& tag, TimePoint now);
  void refuse_media(const Call& call, const std::string& key, const Message& request, const absl::Status& cause,
                    TimePoint now);  // 488, or 500 when media is not there
  void receive_cancel(const std::string& key, const Message& request, TimePoint now);
  void adopt_connection(Call& call, FlowId flow);
  void refuse_interval(const std::string& key, const Message& request, const std::string& tag, TimePoint now);
  void refuse_elsewhere(const Call& call, const std::string& key, const Message& request, TimePoint now);
  bool receive_in_dialog(Call& call, const std::string& key, const Message& request, TimePoint now);
  // dialog_requests.cpp
  void receive_other(Call& call, const std::string& key, const Message& request, TimePoint now);
  void receive_any_notify(Call& call, const std::string& key, const Message& request, TimePoint now);
  void receive_service_control(Call& call, const std::string& key, const Message& request, TimePoint now);
  void receive_subscribe(Call& call, const std::string& key, const Message& request, TimePoint now);
  // `dialog` is the one that the REFER makes, or was sent in; `line` is the one it speaks to.
  void receive_refer(FlowId flow, const std::string& key, const Message& request, Dialog& dialog, uint32_t line,
                     TimePoint now);
  void receive_info(Call& call, const std::string& key, const Message& request, TimePoint now);
  void accept_incoming(Call& call, TimePoint now);
  void respond_ok(Call& call, const std::string& key, const Message& request, std::string sdp, TimePoint now);
  void reply(const std::string& key, const Message& request, int status, const std::string& tag, std::string phrase,
             TimePoint now);
  // trace/sessions.cpp
  void begin_session(Call& call);
  void take_session(Call& call, const Message& message);
  void name_session(const Message& request, Message& response);
  void respond(const std::string& key, const Message& request, Message response, TimePoint now);
  static Detail trace_of(const Call& call);

  // After a new registration (reinvite.cpp)
  void refresh(Call& call, TimePoint now);
  void send_update(Call& call, TimePoint now);
  void on_update_answer(const std::string& id, const TransactionLayer::Outcome& outcome);
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
  absl::StatusOr<CallView> transfer_blindly(const std::string& id, const std::string& number, bool parks,
                                            TimePoint now);
  void begin_transfer(Call& call, TimePoint now);
  void pursue_transfers(TimePoint now);
  void send_refer(Call& call, TimePoint now);
  void receive_notify(Call& call, const std::string& key, const Message& request, TimePoint now);
  void finish_transfer(Call& call, TimePoint now);
  void fail_transfer(Call& call, std::string why, TimePoint now);
  // After a restart during a transfer its outcome is no longer received: the call returns to the user.
  void come_back(Call& call);
  // Another call is being transferred to the far end of this one.
  bool is_consultation(const Call& call) const;

  // Dialling (dial.cpp)
  struct Destination {
    std::string number;
    uint32_t line = 1;
    crypto::Secret keys;  // that follow once the call is answered
    std::optional<FeatureInvite> feature;
  };
  absl::StatusOr<Destination> destination_of(const DialOrder& order) const;
  Call& place(const Destination& to, const RegistrationClient::Connection& over, TimePoint now);
  void address(Call& call, const RegistrationClient::Connection& over);
  // An emergency call that a server refused goes to the next one. False: there is none, or the far end itself refused.
  bool try_next_server(Call& call, int status, TimePoint now);
  // What the user does about calls, and is reminded of (user_acts.cpp, reminders.cpp)
  void stop_dial_tone();
  void arm_auto_answer(Call& call, TimePoint now);
  void arm_reminder(Call& call, TimePoint now);
  void end_reminder(Call& call);
  void remind(Call& call, TimePoint now);
  void press_pending_keys(Call& call, TimePoint now);
  void on_user_time(TimePoint now);
  std::optional<TimePoint> user_deadline() const;
  // History (past_calls.cpp)
  void remember(const Call& call);
  void remember_end(const Call& call);
  void save_history();
  // Keys for the call manager (kpml_calls.cpp)
  bool serves_kpml(const Call& call) const;
  Call* find_kpml_dialog(const Message& request);
  void receive_kpml(Call& call, const std::string& key, const Message& request, TimePoint now);
  void take_keys(Call& call, const crypto::Secret& keys, TimePoint now);
  void pursue_kpml(Call& call, TimePoint now);
  void send_kpml_note(Call& call, TimePoint now);
  void on_kpml_time(Call& call, TimePoint now);
  void end_kpml(Call& call, KpmlCode code, std::string reason, TimePoint now);
  void forget_kpml(Call& call);
  static void end_code(Call& call);

  void ring(const Call& call);
  void ring_waiting();
  void stop_ringing();

  // Early dialogs and reliable provisional responses (early_dialog.cpp)
  EarlyDialog* learn_early(Call& call, const Message& response);
  void acknowledge_provisional(Call& call, EarlyDialog& early, const Message& response, TimePoint now);
  void send_ringing(Call& call, TimePoint now);
  void receive_prack(Call& call, const std::string& key, const Message& request, TimePoint now);
  void receive_early_offer(Call& call, const std::string& key, const Message& request, TimePoint now);
  void receive_provisional(Call& call, const Message& response, TimePoint now);
  void begin_ringing(Call& call, const Message& invite, TimePoint now);
  void ring_on(Call& call, TimePoint now);

  // INVITE with Replaces or Join (replaces.cpp)
  struct Replacement {
    int refuse = 0;  // the status, or 0
    std::string phrase;
    std::string call;  // that is replaced
  };
  const Call* named_call(const DialogName& name) const;
  Replacement judge_replacement(const Message& invite) const;
  void take_over(Call& call, TimePoint now);
  void end_replaced(Call& call, TimePoint now);

  // Whether both ends still have the dialog (session.cpp)
  std::optional<TimePoint> session_deadline(const Call& call) const;
  void keep_session(Call& call, TimePoint now);
  void probe(Call& call, TimePoint now);
  // After a request of ours in the dialog was answered with this status: false when the dialog is no more, and the call
  // has ended or lives on without it.
  bool dialog_stands(Call& call, int status, TimePoint now);
  void set_adrift(Call& call, DialogEvent event, const std::string& cause, TimePoint now);
  bool same_server(const Call& call, const std::string& server) const;

  // Precedence and preemption (precedence_calls.cpp)
  absl::Status check_precedence(Precedence precedence) const;
  void add_precedence(const Call& call, Message& message) const;
  void take_precedence(Call& call, const Message& message);
  uint32_t dscp_of(const Call& call) const;
  bool sounds_of_precedence(const Call& call) const;
  bool has_possible_media(FlowId flow, bool takes_fallback, const std::optional<SessionDescription>& offer);
  bool make_room(uint32_t line, const ResourcePriority& priority, TimePoint now);
  bool has_room_to_dial(uint32_t line, bool emergency, Precedence precedence, TimePoint now);
  bool yields(const Call& call, Precedence by) const;
  bool preempt_lowest(uint32_t line, bool of_line, Precedence by, TimePoint now);
  void preempt(Call& call, Precedence by, TimePoint now);
  bool end_preempted(Call& call, const Message& message, TimePoint now);
  void end_preemption_tone();
  void refuse_priority(const std::string& key, const Message& request, const std::string& tag, TimePoint now);

  void play_failure_tone(Tone tone);
  void stop_failure_tone();

  // Both (call_list.cpp, media_session.cpp)
  // The only places where a state changes; the owner is told for the log.
  void enter(Call& call, SessionEvent event, std::string cause);
  void enter(Call& call, OfferEvent event, std::string cause);
  void enter(Call& call, ToneEvent event, std::string cause);
  void enter(Call& call, DialogEvent event, std::string cause);
  void settle(Call& call, TimePoint now);
  void on_time(Call& call, TimePoint now);
  void establish(Call& call, TimePoint now);
  void end(Call& call, std::string why, uint32_t status, Tone tone);
  void configure_media(Call& call);
  StreamSetting setting_of(const Call& call, const NegotiatedMedia& negotiated) const;
  // A description of ours that leaves now.
  std::string describe(Call& call, const std::string& sdp) { return call.origin.said(sdp); }

  // What media says to an order (media_agreement.cpp)
  void ask_media(Call& call, AskedMedia asked);
  void on_media_asked(const std::string& id, uint64_t order, const absl::Status& status);
  void on_media_ordered(const std::string& id, uint64_t order, const absl::Status& status);
  void put_in_force(Call& call, const AskedMedia& asked);
  void drop_asked(Call& call);  // the call ends: a later offer than its first is answered 487 here

  // Media before the answer (early_media.cpp)
  void take_early_media(Call& call, const Message& response, TimePoint now);
  bool hears_early_media(const Call& call) const;
  void ring_out(Call& call);
  void stop_ringback(Call& call);
  // The first answer to our INVITE comes from another far end than the one that was heard before.
  bool is_another_after_early_media(const Call& call, const NegotiatedMedia& negotiated) const;
  // That one gets keys of its own, in a new offer; nothing is sent to either before.
  void leave_early_media(Call& call);
  // A 200 without a description, after one in a provisional response of the same far end.
  bool is_early_answer_in_force(const Call& call, const Message& message) const;

  // Host names in session descriptions (names.cpp). True: the message is handled when they are resolved.
  bool awaits_names(const Message& message, std::string key, TimePoint now, std::function<void(TimePoint)> then);
  using OnAnswer = void (CallList::*)(const std::string& id, const TransactionLayer::Outcome& outcome);
  bool awaits_names(const std::string& id, const TransactionLayer::Outcome& outcome, OnAnswer on_answer);
  absl::StatusOr<SessionDescription> read_sdp(std::string_view text, const std::string& local_address) const;
  std::string local_address_for(const SessionDescription& offer, const std::string& address) const;
  void judge(Call& call, TimePoint now);
  void take_call_info(Call& call, const Message& message, TimePoint now);
  bool take_identity(Call& call, const Message& message);  // true: it names another person
  void take_lines(Call& call);
  void save();

  CallPort& ua_port_;
  TransactionLayer& transactions_;
  Requests& requests_;
  Delegate delegate_;
  Settings settings_;
  std::vector<Call> calls_;
  std::vector<std::string> addresses_;
  AwaitedNames names_;
  std::string incarnation_;
  std::string saved_;  // the record as it was last saved
  std::optional<TimePoint> failure_tone_until_;
  std::optional<TimePoint> preempted_until_;  // until then nothing rings but the preemption tone
  std::optional<std::string> remote_tone_;    // stream of the tone that the call manager has ordered; empty: none
  DoNotDisturb do_not_disturb_ = DoNotDisturb::kOff;
  // Dialogs that were hung up here while no connection could carry the BYE.
  struct Farewell {
    Dialog dialog;
    std::string server;
  };
  std::vector<Farewell> farewells_;
  History history_;
  std::string saved_history_;
  bool off_hook_ = false;
  std::optional<TimePoint> dial_tone_until_;
};

}  // namespace phone::signaling
