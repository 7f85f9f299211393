// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A call that outlived a process or a connection: once the phone is registered again, it tells the far end its new
// address, once per call. Media stays as it is where it can, and is negotiated anew, with new keys, if media lost it.
#include "common/product/product.hpp"
#include "services/signaling/call/call_list.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

// RFC 3261 section 14.1: the side that made the Call-ID waits longer.
constexpr Milliseconds kGlareOwner{2500}, kGlareOther{1000};
// No user has to act at the far end, so a re-INVITE without a final response is cancelled after this time.
constexpr std::chrono::seconds kReinvitePatience{60};
constexpr int kMostGlares = 5;  // each waits twice as long as the one before

}  // namespace

void CallList::refresh(Call& call, TimePoint now) {
  if (!call.negotiated.has_value()) return ua_port_.open_stream(call.stream, call.local.address);  // then offer_anew()
  // The user may have come or gone since an offer was made.
  if (call.offered.has_value() && receives(call.offered->direction) == on_hold(call.hold)) drop_offer(call);
  if (hold_is_due(call) && !call.offered.has_value()) call.offered = hold_offer(call);
  if (call.offered.has_value()) return send_reinvite(call, describe(call, write_offer(*call.offered)), now);
  if (call.dialog.peer_allows_update) return send_update(call, now);
  // The same bytes mean the same keys and contexts: the audio is not interrupted.
  send_reinvite(call, describe(call, call.kept_offer.empty() ? write_offer(call.local) : call.kept_offer), now);
}

void CallList::send_update(Call& call, TimePoint now) {
  Requests::Plan plan;
  plan.flow = call.flow;
  plan.line = call.line;
  plan.make = [this, id = call.id, flow = call.flow]() -> std::optional<Message> {
    Call* same = find(id);
    if (same == nullptr || !same->live() || same->flow != flow) return std::nullopt;
    Message update = in_dialog(same->dialog, "UPDATE", contact(*same), ++same->dialog.local_cseq);
    update.add("Supported", supported_list());
    same->timer.ask(update);
    return update;
  };
  plan.done = [this, id = call.id](const TransactionLayer::Outcome& outcome) { on_update_answer(id, outcome); };
  requests_.send(std::move(plan), now);
}

void CallList::on_update_answer(const std::string& id, const TransactionLayer::Outcome& outcome) {
  Call* call = find(id);
  const int status = outcome.status();
  if (call == nullptr || status < 200 || outcome.what == TransactionLayer::Outcome::kFlowLost) return;
  if (!dialog_stands(*call, status, outcome.now)) return;
  if (status < 300) {
    call->timer.agreed(*outcome.response, outcome.now);
    return take_call_info(*call, *outcome.response, outcome.now);
  }
  if (call->state != SessionState::kEstablished) return;
  if (status == 422 && call->timer.raise(*outcome.response)) return send_update(*call, outcome.now);
  if (status != 405 && status != 501) return;
  call->dialog.peer_allows_update = false;  // whatever it has said
  if (call->offer_state == OfferState::kSettled) refresh(*call, outcome.now);
}

// Media has lost the keys and perhaps the port: RFC 4568 section 7.1.4 requires new keys.
void CallList::offer_anew(Call& call, uint16_t port, TimePoint now) {
  call.negotiated.reset();
  call.kept_offer.clear();
  drop_offer(call);
  call.local.port = port;
  call.transmit = call.receive = MediaFact::kNoPacketYet;
  enter(call, OfferEvent::kMediaLost, "media has lost the stream");
  if (call.state != SessionState::kEstablished) return;  // refresh() comes back to it
  if (call.offer_state == OfferState::kSettled) send_new_offer(call, now);
  judge(call, now);
}

void CallList::send_new_offer(Call& call, TimePoint now) {
  call.local.codecs = settings_.codecs;
  call.local.crypto = fresh_keys(call);
  call.local.direction = wanted_direction(call);
  send_reinvite(call, describe(call, write_offer(call.local)), now);
}

void CallList::send_due_offer(Call& call, TimePoint now) {
  if (call.negotiated.has_value()) return refresh(call, now);
  send_new_offer(call, now);
}

void CallList::send_reinvite(Call& call, std::string sdp, TimePoint now) {
  if (!delegate_.connection(call.flow).has_value()) return;  // the next registration asks again
  enter(call, OfferEvent::kReinviteSent, "re-INVITE sent");
  Requests::Plan plan;
  plan.flow = call.flow;
  plan.line = call.line;
  plan.make = [this, id = call.id, flow = call.flow, sdp = std::move(sdp)]() -> std::optional<Message> {
    Call* same = find(id);
    auto connection = delegate_.connection(flow);
    if (same == nullptr || !same->live() || same->flow != flow || !connection.has_value()) return std::nullopt;
    same->dialog.invite_cseq = ++same->dialog.local_cseq;
    Message invite = in_dialog(same->dialog, "INVITE", contact(*same), same->dialog.invite_cseq);
    invite.add("User-Agent", product::user_agent()).add("Supported", supported_list());
    invite.add("Allow", std::string(allowed_methods()));
    invite.add("Call-Info",
               write_call_info(level_of_suite(connection->facts.cipher_suite), !same->incoming, same->global_call));
    same->timer.ask(invite);
    if (same->dialog.peer_takes_call_info && hold_is_due(*same))
      invite.add("Call-Info", write_hold_info(on_hold(same->hold), same->hold_reason));
    invite.add("Content-Type", "application/sdp");
    invite.body = sdp;
    return invite;
  };
  plan.sent = [this, id = call.id](const std::string& key, const Message& sent) {
    Call* same = find(id);
    if (same == nullptr) return;
    keep_credentials(*same, sent);
    same->reinvite_key = key;
    same->reinvite_until = delegate_.now() + kReinvitePatience;
  };
  plan.done = [this, id = call.id](const TransactionLayer::Outcome& outcome) { on_reinvite_answer(id, outcome); };
  requests_.send(std::move(plan), now);
}

void CallList::on_reinvite_answer(const std::string& id, const TransactionLayer::Outcome& outcome) {
  Call* call = find(id);
  if (call == nullptr || awaits_names(id, outcome, &CallList::on_reinvite_answer)) return;
  const int status = outcome.status();
  if (status < 200) return take_call_info(*call, *outcome.response, outcome.now);
  // A 2xx comes again when its ACK was late or lost (RFC 3261 section 13.3.1.4), perhaps while a later offer is out: it
  // is acknowledged and answers nothing.
  if (outcome.response != nullptr && outcome.response->cseq != call->dialog.invite_cseq) {
    if (status < 300) acknowledge(*call, *outcome.response);
    return;
  }
  call->reinvite_until.reset();
  const bool first = reinvite_is_out(call->offer_state), due = offer_is_due(call->offer_state);
  const bool glare = status == 491 && call->glares < kMostGlares;
  enter(*call, glare ? OfferEvent::kGlared : OfferEvent::kFinalResponse, cat("re-INVITE answered ", status));
  if (status < 300) {
    acknowledge(*call, *outcome.response);
    if (!call->live()) return;
    dialog_stands(*call, status, outcome.now);
    call->timer.agreed(*outcome.response, outcome.now);
    if (first) on_reoffer_accepted(*call, *outcome.response, due, outcome.now);
    return;
  }
  if (!call->live() || outcome.what == TransactionLayer::Outcome::kFlowLost)
    return;  // the next registration asks again
  if (!dialog_stands(*call, status, outcome.now)) return;
  if (status == 422 && call->timer.raise(*outcome.response)) return send_due_offer(*call, outcome.now);
  if (glare) {
    call->repeat_at = outcome.now + (call->incoming ? kGlareOther : kGlareOwner) * (1 << call->glares);
    ++call->glares;
    return;
  }
  if (due && status != 491) return send_due_offer(*call, outcome.now);
  const bool about_hold =
      call->offered.has_value() && receives(call->offered->direction) != receives(call->local.direction);
  drop_offer(*call);
  if (about_hold) {
    refuse_hold(*call, cat("the far end refused it: ", status), outcome.now);
  } else {
    ua_port_.report("call.refresh_refused", Severity::kWarning,
                    cat("the far end refused this phone's new address: ", status), {{"call", call->id}});
  }
  if (!call->negotiated.has_value()) {
    send_bye(*call, outcome.now);
    return end(*call, cat("the far end refused a new media offer: ", status), static_cast<uint32_t>(status),
               Tone::kReorder);
  }
  pursue_hold(*call, outcome.now);
}

void CallList::on_reoffer_accepted(Call& call, const Message& response, bool due, TimePoint now) {
  if (!response.contacts.empty()) call.dialog.remote_target = response.contacts.front().uri;
  take_call_info(call, response, now);
  if (due) return send_due_offer(call, now);
  if (call.negotiated.has_value()) {
    const auto negotiated = judge_answer(call, response);
    const bool repeats =
        !call.offered.has_value() || (negotiated.ok() && !negotiated->transmit.suite.empty() &&
                                      negotiated->transmit.key_salt == call.negotiated->transmit.key_salt);
    if (repeats && negotiated.ok() && !same_far_end(*negotiated, *call.negotiated)) {
      ua_port_.report("call.another_far_end", Severity::kInfo,
                      "another far end answered an offer with a key in use: sending it a new offer with its own keys",
                      {{"call", call.id}});
      drop_offer(call);
      call.offered = fresh_offer(call);
      return send_reinvite(call, describe(call, write_offer(*call.offered)), now);
    }
  }
  if (!take_answer(call, response, now)) return refuse_hold(call, "its answer was refused", now);
  pursue_hold(call, now);
  judge(call, now);
  save();
  delegate_.changed();
}

}  // namespace phone::signaling
