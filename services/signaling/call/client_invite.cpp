// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The calling side: INVITE, its answers, ACK, BYE.
#include "common/product/product.hpp"
#include "services/signaling/call/call_list.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/refusal_words.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr int kMostForks = 8;

}  // namespace

void CallList::send_invite(Call& call, TimePoint now) {
  if (!delegate_.connection(call.flow).has_value())
    return end(call, "the connection to the call manager was lost", 503, Tone::kReorder);
  enter(call, SessionEvent::kInvited, "media has opened the stream");
  Requests::Plan plan;
  plan.flow = call.flow;
  plan.line = call.line;
  plan.make = [this, id = call.id]() -> std::optional<Message> {
    Call* call = find(id);
    auto connection = call == nullptr ? std::nullopt : delegate_.connection(call->flow);
    if (!connection.has_value() || !is_inviting(call->state)) return std::nullopt;
    call->dialog.invite_cseq = ++call->dialog.local_cseq;
    Message invite = in_dialog(call->dialog, "INVITE", contact(*call), call->dialog.invite_cseq);
    if (call->emergency) invite.add("Priority", "emergency");
    invite.add("Expires", cat(settings_.invite_expires.count()));
    add_precedence(*call, invite);
    invite.add("User-Agent", product::user_agent()).add("Supported", supported_list());
    invite.add("Allow", std::string(allowed_methods()));
    invite.add("Call-Info", write_call_info(level_of_suite(connection->facts.cipher_suite), true, call->global_call));
    add_receive_info(invite);
    if (call->feature.has_value() && !call->feature->join.empty()) invite.add("Join", call->feature->join);
    if (call->feature.has_value() && !call->feature->replaces.empty()) invite.add("Replaces", call->feature->replaces);
    if (call->feature.has_value() && !call->feature->purpose.empty())
      invite.add("Call-Info", cat("<urn:x-cisco-remotecc:", call->feature->purpose, ">"));
    call->timer.ask(invite);
    invite.add("Content-Type", "application/sdp");
    invite.body = describe(*call, write_offer(call->local));
    return invite;
  };
  plan.sent = [this, id = call.id](const std::string& key, const Message& sent) {
    Call* call = find(id);
    if (call == nullptr) return;
    call->invite_key = key;
    if (!call->invite_until.has_value()) call->invite_until = delegate_.now() + settings_.invite_expires;
    keep_credentials(*call, sent);
  };
  plan.done = [this, id = call.id](const TransactionLayer::Outcome& outcome) { on_invite_answer(id, outcome); };
  requests_.send(std::move(plan), now);
}

void CallList::on_invite_answer(const std::string& id, const TransactionLayer::Outcome& outcome) {
  Call* call = find(id);
  if (call == nullptr || awaits_names(id, outcome, &CallList::on_invite_answer)) return;
  int status = outcome.status();
  const Message* response = outcome.response;
  if (status >= 200 && status < 300) return on_accepted(*call, *response, outcome.now);
  if (!call->live() || call->confirmed()) return;
  if (status < 200) {
    take_call_info(*call, *response, outcome.now);
    if (status > 100) call->early_tag = response->to_tag();
    receive_provisional(*call, *response, outcome.now);
    if (status < 180 || !call->live()) return;
    enter(*call, SessionEvent::kFarEndRang, cat("the INVITE was answered ", status));
    ring_out(*call);
    return delegate_.changed();
  }
  if (is_cancelling(call->state)) return end(*call, call->cancelled_why, 0, Tone::kNone);
  if (status == 422 && call->timer.raise(*response)) return send_invite(*call, outcome.now);
  if (try_next_server(*call, status, outcome.now)) return;
  // The server has taken the INVITE over (cucm-calls.md 2.2).
  if (status >= 500 && is_consultation(*call)) return end(*call, "transferred", 0, Tone::kNone);
  std::string why = !outcome.challenge.empty() ? outcome.challenge
                    : response == nullptr
                        ? cat(status == 408 ? "no answer to the INVITE" : "the connection to the call manager was lost")
                        : cat("refused: ", refusal_words(*response));
  ua_port_.play_tone(Tone::kNone, call->stream);
  if (response != nullptr && end_preempted(*call, *response, outcome.now)) return;
  if (const std::string more = response == nullptr ? "" : refusal_of_precedence(*response); !more.empty())
    why += cat(": ", more);
  // A refused barge is never a busy far end (F55).
  const bool busy_there = (status == 486 || status == 600) && !call->feature.has_value();
  end(*call, why, static_cast<uint32_t>(status), busy_there ? Tone::kBusy : Tone::kReorder);
}

void CallList::on_accepted(Call& call, const Message& response, TimePoint now) {
  Dialog& dialog = call.dialog;
  bool again = call.confirmed() && response.to_tag() == dialog.remote_tag;
  if (again) return acknowledge(call, response);
  if (call.confirmed() || !call.live()) {
    // Another fork, or an answer after the end: acknowledged, then ended (RFC 3261 section 13.2.2.4), for as many as a
    // forking proxy may have reached.
    if (++call.forks > kMostForks) return;
    Call other = call;
    other.dialog.remote_tag = response.to_tag();
    learn_dialog(other.dialog, response, true);
    acknowledge(other, response);
    send_bye(other, now);
    return;
  }
  dialog.remote_tag = response.to_tag();
  for (const EarlyDialog& early : std::exchange(call.early, {})) {
    if (early.tag == dialog.remote_tag) dialog.remote_cseq = early.remote_cseq;
  }
  learn_dialog(dialog, response, true);
  call.timer.agreed(response, now);
  take_call_info(call, response, now);
  call.peer_takes_fallback = false;
  for (const std::string& option : list_items(response, "Supported")) {
    call.peer_takes_fallback = call.peer_takes_fallback || iequals(option, "X-cisco-srtp-fallback");
  }
  acknowledge(call, response);
  if (is_cancelling(call.state)) {
    send_bye(call, now);
    return end(call, call.cancelled_why, 0, Tone::kNone);
  }
  if (call.feature.has_value() && call.feature->media_is_optional && response.body.empty()) {
    send_bye(call, now);
    return end(call, "the call manager has taken it", 200, Tone::kNone);
  }
  if (!take_answer(call, response, now) || !call.live()) return;
  establish(call, now);
  // Another far end answered than the one that was heard before.
  if (!call.negotiated.has_value()) send_new_offer(call, now);
}

absl::StatusOr<NegotiatedMedia> CallList::judge_answer(const Call& call, const Message& message) const {
  const auto sdp = session_description(message);
  if (!sdp.ok()) return sdp.status();
  if (sdp->empty()) return absl::InvalidArgumentError("the answer has no session description");
  const auto answer = read_sdp(*sdp, call.local.address);
  if (!answer.ok()) return answer.status();
  return accept_answer(call.offered.has_value() ? *call.offered : call.local, *answer, rules(call));
}

bool CallList::take_answer(Call& call, const Message& message, TimePoint now) {
  if (is_early_answer_in_force(call, message)) {
    keep_chosen_key(call);
    return true;
  }
  auto negotiated = judge_answer(call, message);
  if (!negotiated.ok() && call.confirmed() && call.negotiated.has_value()) {
    drop_offer(call);
    ua_port_.report("call.answer_refused", Severity::kWarning,
                    cat("the answer to a new offer was refused, media is unchanged: ", negotiated.status().message()),
                    {{"call", call.id}});
    return false;
  }
  if (!negotiated.ok()) {
    send_bye(call, now);
    end(call, cat("media: ", negotiated.status().message()), 488, Tone::kReorder);
    return false;
  }
  if (call.offered.has_value()) {
    call.local = *std::exchange(call.offered, std::nullopt);
    call.kept_offer.clear();
  }
  if (is_another_after_early_media(call, *negotiated)) {
    leave_early_media(call);
    return true;
  }
  call.negotiated = std::move(*negotiated);
  // An answer to an offer that receives nothing cannot say more than that.
  if (receives(call.local.direction)) call.held_by_far_end = !receives(call.negotiated->far_direction);
  settle_hold(call, "the far end answered");
  keep_chosen_key(call);
  configure_media(call);
  return true;
}

void CallList::keep_credentials(Call& call, const Message& invite) {
  call.credentials.clear();
  for (const HeaderField& field : invite.fields) {
    if (iequals(field.name, "Authorization") || iequals(field.name, "Proxy-Authorization"))
      call.credentials.push_back(field);
  }
}

void CallList::acknowledge(Call& call, const Message& response) {
  Message ack = in_dialog(call.dialog, "ACK", contact(call), response.cseq);
  for (const HeaderField& one : call.credentials) ack.fields.push_back(one);
  transactions_.send_ack(call.flow, std::move(ack));
}

}  // namespace phone::signaling
