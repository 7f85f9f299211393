// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Whether both ends still have the dialog. A dialog belongs to the call manager that made it: no other one is asked
// about it, and a call whose call manager has lost it goes on as long as its far end is heard. A far end that has
// vanished is told by the session timer, by silence and by OPTIONS.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kSilence{30};  // then the far end is asked, while it should be heard
constexpr seconds kBetweenProbes{60};
constexpr minutes kWithoutMedia{15};  // between two questions to one that sends nothing
constexpr seconds kAdriftSilence{120};
constexpr size_t kMostFarewells = 8;

bool media_expected(const Call& call) { return call.negotiated.has_value() && receives(call.negotiated->direction); }

bool ends_the_dialog(int status) { return status == 404 || status == 408 || status == 410 || status == 481; }

TimePoint next_probe(const Call& call) {
  if (media_expected(call)) return std::max(call.heard_at + kSilence, call.probed_at + kBetweenProbes);
  return std::max(call.heard_at, call.probed_at) + kWithoutMedia;
}

}  // namespace

bool CallList::same_server(const Call& call, const std::string& server) const {
  return call.server.empty() || call.server == server;  // a record of an older version names none
}

void CallList::registered(FlowId flow, TimePoint now) {
  const auto connection = delegate_.connection(flow);
  const std::string server = connection.has_value() ? connection->target.address : "";
  for (Farewell& farewell : std::exchange(farewells_, {})) {
    if (farewell.server != server) {
      farewells_.push_back(std::move(farewell));
      continue;
    }
    Call gone;
    gone.dialog = std::move(farewell.dialog);
    gone.flow = flow;
    gone.server = server;
    send_bye(gone, now);
  }
  for (Call& call : calls_) {
    if (call.state != SessionState::kPreserved || call.dialog_state == DialogState::kGone) continue;
    // Its own server has already spoken over another connection.
    if (call.dialog_state == DialogState::kKnown && delegate_.connection(call.flow).has_value() && call.flow != flow)
      continue;
    if (!same_server(call, server)) {
      set_adrift(call, DialogEvent::kTakenOver, cat("the phone has registered with ", server), now);
      continue;
    }
    enter(call, DialogEvent::kReturned, "the phone is registered again with its server");
    call.flow = flow;
    call.server = server;
    call.heard_at = call.probed_at = now;
    call.timer.restart(now);
    enter(call, SessionEvent::kReregistered, "the phone is registered again");
    if (call.transmit == MediaFact::kNoPacketYet || call.receive == MediaFact::kNoPacketYet) settle(call, now);
    judge(call, now);
    call.glares = 0;
    if (on_hold(call.hold)) arm_reminder(call, now);
    refresh(call, now);
  }
  save();
  delegate_.changed();
}

void CallList::set_adrift(Call& call, DialogEvent event, const std::string& cause, TimePoint now) {
  const bool adrift = is_adrift(call.dialog_state);
  enter(call, event, cause);
  if (adrift || !is_adrift(call.dialog_state)) return;
  enter(call, SessionEvent::kDialogLost, cause);
  fail_transfer(call, "the call manager of the call no longer has it", now);
  call.pending_ack.reset();
  enter(call, OfferEvent::kDialogLost, cause);
  drop_offer(call);
  call.heard_at = now;
  ua_port_.report("call.adrift", Severity::kWarning,
                  cat("the call with ", call.remote_number,
                      " goes on without its call manager: it can be talked in and hung up, not transferred; ", cause),
                  {{"call", call.id}});
  judge(call, now);
  save();
  delegate_.changed();
}

bool CallList::dialog_stands(Call& call, int status, TimePoint now) {
  if (!call.live() || status < 200) return call.live();
  if (!ends_the_dialog(status)) {
    enter(call, DialogEvent::kConfirmed, cat("a request in the dialog was answered ", status));
    return true;
  }
  if (call.dialog_state != DialogState::kKnown) {
    set_adrift(call, DialogEvent::kDenied, cat("the call manager answered ", status), now);
    return false;
  }
  if (status == 408) send_bye(call, now);
  end(call, status == 408 ? "the far end no longer answers" : "the far end no longer knows this call", 481,
      Tone::kReorder);
  return false;
}

std::optional<TimePoint> CallList::session_deadline(const Call& call) const {
  if (call.state == SessionState::kPreserved && media_expected(call)) return call.heard_at + kAdriftSilence;
  if (call.state != SessionState::kEstablished) return std::nullopt;
  const auto timer = call.timer.deadline();
  const TimePoint probe = next_probe(call);
  return timer.has_value() ? std::min(*timer, probe) : probe;
}

void CallList::keep_session(Call& call, TimePoint now) {
  if (call.state == SessionState::kPreserved && media_expected(call) && now >= call.heard_at + kAdriftSilence) {
    send_bye(call, now);
    return end(call, "no audio arrived any more, and the call manager no longer had the call", 408, Tone::kReorder);
  }
  if (call.state != SessionState::kEstablished) return;
  if (call.timer.expired(now)) {
    const bool ours = call.timer.refresher() == Refresher::kUs;
    send_bye(call, now);
    return end(call, ours ? "the session could not be refreshed" : "the far end no longer refreshes the session", 408,
               Tone::kReorder);
  }
  if (call.timer.refresh_is_due(now) && call.offer_state == OfferState::kSettled) refresh(call, now);
  if (call.live() && now >= next_probe(call)) probe(call, now);
}

void CallList::probe(Call& call, TimePoint now) {
  call.probed_at = now;
  Requests::Plan plan;
  plan.flow = call.flow;
  plan.line = call.line;
  plan.make = [this, id = call.id, flow = call.flow]() -> std::optional<Message> {
    Call* same = find(id);
    if (same == nullptr || !same->live() || same->flow != flow) return std::nullopt;
    Message options = in_dialog(same->dialog, "OPTIONS", contact(*same), ++same->dialog.local_cseq);
    options.add("Accept", std::string(accepted_types()));
    return options;
  };
  plan.done = [this, id = call.id](const TransactionLayer::Outcome& outcome) {
    Call* same = find(id);
    const bool lost = outcome.what == TransactionLayer::Outcome::kFlowLost;
    if (same != nullptr && !lost) dialog_stands(*same, outcome.status(), outcome.now);
  };
  requests_.send(std::move(plan), now);
}

// Over the dialog's own connection, or another one to its server; else over the active one, whose server may pass it
// on. Without any it waits for its server to return.
void CallList::send_bye(Call& call, TimePoint now, const std::string& reason) {
  Requests::Plan plan;
  plan.flow = call.flow;
  plan.line = call.line;
  if (!delegate_.connection(call.flow).has_value()) {
    auto other = call.server.empty() ? std::nullopt : delegate_.connection_to(call.server);
    if (!other.has_value()) other = delegate_.active();
    if (!other.has_value()) {
      if (farewells_.size() < kMostFarewells) farewells_.push_back({call.dialog, call.server});
      return;
    }
    plan.flow = other->flow;
  }
  std::vector<HeaderField> more;
  if (settings_.call_statistics && !call.rx_stat.empty())
    more = {{"RTP-RxStat", call.rx_stat}, {"RTP-TxStat", call.tx_stat}};
  if (!reason.empty()) more.push_back({"Reason", reason});
  // The call may be erased before the server asks for a digest.
  plan.make = [dialog = std::make_shared<Dialog>(call.dialog), contact = contact(call),
               more = std::move(more)]() -> std::optional<Message> {
    Message bye = in_dialog(*dialog, "BYE", contact, ++dialog->local_cseq);
    for (const HeaderField& field : more) bye.add(field.name, field.value);
    return bye;
  };
  plan.done = [](const TransactionLayer::Outcome&) {};
  ++call.dialog.local_cseq;
  requests_.send(std::move(plan), now);
}

void CallList::play_failure_tone(Tone tone) {
  constexpr seconds kLongEnough{30};
  ua_port_.play_tone(tone, "");
  failure_tone_until_ = delegate_.now() + kLongEnough;
}

void CallList::stop_failure_tone() {
  if (!std::exchange(failure_tone_until_, std::nullopt).has_value()) return;
  ua_port_.play_tone(Tone::kNone, "");
}

}  // namespace phone::signaling
