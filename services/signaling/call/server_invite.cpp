// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The called side, and the far end's requests inside a dialog.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/call/identity.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/user/lines.hpp"

namespace phone::signaling {
namespace {

bool answered_elsewhere(const Message& cancel) {
  for (const std::string& reason : list_items(cancel, "Reason")) {
    std::string_view rest = reason;
    take_until(rest, ';');
    for (const auto& [name, value] : parse_parameters(rest)) {
      if (iequals(name, "cause") && value == "200") return true;
    }
  }
  return false;
}

bool takes_fallback(const Message& message) {
  auto options = list_items(message, "Supported");
  return std::any_of(options.begin(), options.end(),
                     [](const std::string& one) { return iequals(one, "X-cisco-srtp-fallback"); });
}

}  // namespace

void CallList::reply(const std::string& key, const Message& request, int status, const std::string& tag,
                     std::string phrase, TimePoint now) {
  respond(key, request, make_response(request, status, std::move(phrase), tag), now);
}

bool CallList::receive(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  if (request.method == "CANCEL") {
    receive_cancel(key, request, now);
    return true;
  }
  if (!request.body.empty() && awaits_names(request, key, now, [this, flow, key, request](TimePoint later) {
        receive(flow, key, request, later);
      }))
    return true;
  if (Call* call = find_dialog(request); call != nullptr) {
    adopt_connection(*call, flow);
    if (call->flow == flow) return receive_in_dialog(*call, key, request, now);
    refuse_elsewhere(*call, key, request, now);
    return true;
  }
  if (request.method == "ACK") return true;
  if (request.method == "SUBSCRIBE" && is_kpml(request)) {
    if (Call* call = find_kpml_dialog(request); call != nullptr && call->flow == flow) {
      receive_kpml(*call, key, request, now);
      return true;
    }
  }
  if (request.method == "REFER" && request.to_tag().empty()) {
    Dialog dialog;
    dialog.call_id = request.call_id;
    dialog.local_tag = random_token(ua_port_, 4);
    dialog.remote_tag = request.from_tag();
    dialog.local_uri = request.to.uri;
    dialog.remote_uri = dialog.remote_target = request.from.uri;
    learn_dialog(dialog, request, false);
    receive_refer(flow, key, request, dialog, line_called(settings_, request.uri).value_or(1), now);
    return true;
  }
  if (request.method == "INVITE" && request.to_tag().empty()) {
    receive_invite(flow, key, request, now);
    return true;
  }
  if (request.method == "INVITE" || request.method == "BYE" || request.method == "UPDATE" ||
      request.method == "PRACK" || request.method == "INFO") {
    reply(key, request, 481, random_token(ua_port_, 4), "", now);
    return true;
  }
  return false;
}

// The cause in Warning (RFC 3261 section 20.43).
void CallList::refuse_with_cause(const Call& call, const std::string& key, const Message& request, int status,
                                 std::string cause, TimePoint now) {
  for (char& c : cause) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ' || c == 127) c = '\'';
  }
  Message response = make_response(request, status, "", call.dialog.local_tag);
  response.add("Warning", cat("399 phone \"", cause, "\""));
  respond(key, request, response, now);
}

void CallList::refuse_media(const Call& call, const std::string& key, const Message& request, const absl::Status& cause,
                            TimePoint now) {
  const bool absent = absl::IsUnavailable(cause) || absl::IsDeadlineExceeded(cause);
  refuse_with_cause(call, key, request, absent ? 500 : 488, cat(cause.message()), now);
}

// It names the INVITE by the same connection and branch (RFC 3261 section 9.2).
void CallList::receive_cancel(const std::string& key, const Message& request, TimePoint now) {
  const std::string invite_key = cat(key.substr(0, key.rfind(' ')), " INVITE");
  for (Call& call : calls_) {
    if (!is_unanswered(call.state) || call.server_key != invite_key || call.dialog.call_id != request.call_id ||
        call.dialog.remote_tag != request.from_tag() || call.invite->cseq != request.cseq) {
      continue;
    }
    reply(key, request, 200, call.dialog.local_tag, "", now);
    reply(call.server_key, *call.invite, 487, call.dialog.local_tag, "", now);
    if (end_preempted(call, request, now)) return;
    call.answered_elsewhere = answered_elsewhere(request);
    // cucm-calls.md 2.12
    return end(call, answered_elsewhere(request) ? "answered elsewhere" : "the caller hung up", 487, Tone::kNone);
  }
  if (names_.forget(invite_key)) {  // nothing of it is known here but this
    Message invite = request;
    invite.method = "INVITE";
    for (HeaderField& field : invite.fields) {
      if (iequals(field.name, "CSeq")) field.value = cat(request.cseq, " INVITE");
    }
    const std::string tag = random_token(ua_port_, 4);
    reply(key, request, 200, tag, "", now);
    return reply(invite_key, invite, 487, tag, "", now);
  }
  // One that was answered already is not affected (RFC 3261 section 9.2).
  for (const Call& call : calls_) {
    const bool answered =
        call.confirmed() && call.incoming && call.server_key == invite_key && transactions_.knows(invite_key);
    if (answered && call.dialog.call_id == request.call_id && call.dialog.remote_tag == request.from_tag() &&
        call.invite->cseq == request.cseq)
      return reply(key, request, 200, call.dialog.local_tag, "", now);
  }
  reply(key, request, 481, random_token(ua_port_, 4), "", now);
}

// While the call has no connection, another one to its own server takes its place.
void CallList::adopt_connection(Call& call, FlowId flow) {
  if (call.flow == flow || delegate_.connection(call.flow).has_value()) return;
  const auto other = delegate_.connection(flow);
  if (other.has_value() && !call.server.empty() && other->target.address == call.server) call.flow = flow;
}

void CallList::refuse_interval(const std::string& key, const Message& request, const std::string& tag, TimePoint now) {
  Message response = make_response(request, 422, "", tag);
  SessionTimer::refuse(response);
  respond(key, request, response, now);
}

// A request inside a dialog counts only on the dialog's own connection: another server of the list has no part in it.
// While the dialog has no connection, the phone is about to register again, and the request may be repeated.
void CallList::refuse_elsewhere(const Call& call, const std::string& key, const Message& request, TimePoint now) {
  ua_port_.report("call.other_connection", Severity::kWarning,
                  cat(request.method, " arrived on a connection that is not the call's"), {{"call", call.id}});
  if (request.method == "ACK") return;
  const bool returning = call.state == SessionState::kPreserved && !is_adrift(call.dialog_state);
  Message response = make_response(request, returning ? 500 : 481, "", call.dialog.local_tag);
  if (returning) response.add("Retry-After", "2");
  respond(key, request, response, now);
}

void CallList::refuse_busy(const std::string& key, const Message& request, const std::string& tag, TimePoint now) {
  Message response = make_response(request, 486, "", tag);
  response.add("Warning", "399 phone \"every call appearance is in use\"");
  respond(key, request, response, now);
}

// Registered as the server sees it, even while this phone is refreshing or has just been refused.
int CallList::willingness(FlowId flow, const std::string& uri, TimePoint now) const {
  if (!delegate_.connection(flow).has_value() || !delegate_.takes_calls(flow, now)) return 480;
  const auto line = line_called(settings_, uri);
  if (!line.has_value()) return 404;
  return busy(*line) ? 486 : 200;
}

void CallList::receive_invite(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  auto connection = delegate_.connection(flow);
  std::string tag = random_token(ua_port_, 8);
  if (!connection.has_value() || !delegate_.takes_calls(flow, now)) return reply(key, request, 480, tag, "", now);
  if (request.contacts.size() != 1 || !is_target(request.contacts.front().uri))
    return reply(key, request, 400, tag, "Exactly one Contact with a SIP URI is required", now);
  for (const Call& call : calls_) {
    // The same request over two paths (RFC 3261 section 8.2.2.2).
    bool merged = call.live() && call.dialog.call_id == request.call_id && call.dialog.remote_tag == request.from_tag();
    if (merged) return reply(key, request, 482, tag, "", now);
  }
  const Replacement replacement = judge_replacement(request);
  if (replacement.refuse != 0) return reply(key, request, replacement.refuse, tag, replacement.phrase, now);
  const auto line = line_called(settings_, request.uri);
  if (!line.has_value()) return reply(key, request, 404, tag, "No line of this phone has that name", now);
  const ResourcePriority priority = read_resource_priority(request, settings_.mlpp_domain);
  if (priority.precedence == Precedence::kNone && requires_resource_priority(request))
    return refuse_priority(key, request, tag, now);
  const bool rejected = replacement.call.empty() && do_not_disturb_ == DoNotDisturb::kReject;
  if (rejected && busy(*line)) return refuse_busy(key, request, tag, now);
  if (rejected) return reply(key, request, 486, tag, "Do Not Disturb", now);
  if (SessionTimer::too_short(request)) return refuse_interval(key, request, tag, now);
  const auto sdp = session_description(request);
  if (!sdp.ok()) return reply(key, request, 400, tag, std::string(sdp.status().message()), now);
  std::optional<SessionDescription> offer;
  if (!sdp->empty()) {
    auto parsed = read_sdp(*sdp, without_port(connection->facts.local_address));
    if (!parsed.ok()) return reply(key, request, 400, tag, cat("SDP: ", parsed.status().message()), now);
    offer = std::move(*parsed);
  }
  // A call that would be refused ends no other.
  if (replacement.call.empty() && busy(*line) &&
      (!has_possible_media(flow, takes_fallback(request), offer) || !make_room(*line, priority, now)))
    return refuse_busy(key, request, tag, now);
  Call& call = begin(true, now);
  call.flow = flow;
  call.server = connection->target.address;
  call.replaces = replacement.call;
  begin_ringing(call, request, now);
  call.server_key = key;
  call.line = *line;
  if (const LineSettings* own = line_of(settings_, *line); own != nullptr) call.own_number = own->directory_number;
  call.invite = request;
  call.offer = std::move(offer);
  call.peer_takes_fallback = takes_fallback(request);
  call.dialog.call_id = request.call_id;
  call.dialog.remote_tag = request.from_tag();
  call.dialog.remote_cseq = request.cseq;
  call.dialog.local_uri = request.to.uri;
  call.dialog.remote_uri = request.from.uri;
  learn_dialog(call.dialog, request, false);
  const Identity caller = identity_of_caller(request);
  call.remote_number = caller.number;
  call.remote_name = caller.name;
  call.identified = true;
  call.hidden = caller.number.empty();
  begin_session(call);
  call.precedence_ring = asks_for_precedence_ring(request);
  take_call_info(call, request, now);
  call.local.address = without_port(connection->facts.local_address);
  if (call.offer.has_value()) {
    call.local.address = local_address_for(*call.offer, call.local.address);
    // A call that could only be clear is refused before it rings on a secure phone.
    LocalSession probe = call.local;
    probe.port = 1;
    auto possible =
        answer_offer(*call.offer, probe, rules(call), nullptr, [this](size_t octets) { return fresh_key(octets); });
    if (!possible.ok()) {
      refuse_media(call, key, request, possible.status(), now);
      return end(call, cat("media: ", possible.status().message()), 488, Tone::kNone);
    }
  }
  ua_port_.open_stream(call.stream, call.local.address);
}

void CallList::respond_ok(Call& call, const std::string& key, const Message& request, std::string sdp, TimePoint now) {
  Message response = make_response(request, 200, "", call.dialog.local_tag);
  auto connection = delegate_.connection(call.flow);
  response.add("Contact", cat("<", contact(call), ">"));
  response.add("Allow", std::string(allowed_methods())).add("Supported", supported_list());
  if (connection.has_value())
    response.add("Call-Info", write_call_info(level_of_suite(connection->facts.cipher_suite), false, call.global_call));
  add_precedence(call, response);
  if (request.method == "INVITE") add_receive_info(response);
  call.timer.agree(request, response, now);
  name_session(request, response);
  if (!sdp.empty()) response.add("Content-Type", "application/sdp");
  response.body = std::move(sdp);
  respond(key, request, response, now);
  if (request.method == "INVITE") call.pending_ack = PendingAck::begin(key, response, request.cseq, settings_, now);
}

void CallList::accept_incoming(Call& call, TimePoint now) {
  if (call.negotiated.has_value()) {  // by a reliable provisional response and its PRACK
    keep_chosen_key(call);
    enter(call, OfferEvent::kAnswered, "an INVITE is answered");
    respond_ok(call, call.server_key, *call.invite, "", now);
    establish(call, now);
    return configure_media(call);
  }
  if (!call.offer.has_value()) {
    prepare_local(call);
    enter(call, OfferEvent::kOffered, "an INVITE without an offer is answered with one");
    respond_ok(call, call.server_key, *call.invite, describe(call, write_offer(call.local)), now);
    return establish(call, now);
  }
  introduce(call);
  auto answered =
      answer_offer(*call.offer, call.local, rules(call), nullptr, [this](size_t octets) { return fresh_key(octets); });
  if (!answered.ok()) {
    refuse_media(call, call.server_key, *call.invite, answered.status(), now);
    return end(call, cat("media: ", answered.status().message()), 488, Tone::kNone);
  }
  const size_t line = answered->negotiated.line;
  ask_media(call, {.key = call.server_key,
                   .request = *call.invite,
                   .answered = std::move(*answered),
                   .others = other_lines(*call.offer, line),
                   .direction = call.local.direction});
}

void CallList::receive_ack(Call& call, const Message& ack, TimePoint now) {
  if (!call.pending_ack.has_value() || call.pending_ack->cseq != ack.cseq) return;
  call.pending_ack.reset();
  const bool answers = awaits_answer_in_ack(call.offer_state), due = offer_is_due(call.offer_state);
  enter(call, OfferEvent::kAcknowledged, "ACK");
  if (answers && take_answer(call, ack, now)) {
    judge(call, now);
    save();
  }
  if (due && call.live()) return send_due_offer(call, now);
  pursue_hold(call, now);
}

bool CallList::receive_in_dialog(Call& call, const std::string& key, const Message& request, TimePoint now) {
  if (request.method == "ACK") {
    receive_ack(call, request, now);
    return true;
  }
  take_session(call, request);
  const std::string& tag = call.dialog.local_tag;
  EarlyDialog* early = call.dialog.remote_tag.empty() ? learn_early(call, request) : nullptr;
  uint32_t& last = early != nullptr ? early->remote_cseq : call.dialog.remote_cseq;
  if (request.cseq < last) {
    reply(key, request, 500, tag, "CSeq is out of order", now);
    return true;
  }
  last = request.cseq;
  enter(call, DialogEvent::kConfirmed, cat(request.method, " arrived in the dialog"));
  if (request.method == "BYE") {
    reply(key, request, 200, tag, "", now);
    if (is_inviting(call.state)) {
      call.cancelled_why = "the far end hung up";
      hang_up(call, now);
      return true;
    }
    // Whether the transfer is done or the far end has given up is not known yet.
    if (call.transfer.state == TransferState::kAccepted)
      return end(call, "ended by the call manager while it was being transferred", 0, Tone::kNone), true;
    if (call.bye_at.has_value()) return end(call, "transferred", 0, Tone::kNone), true;
    if (end_preempted(call, request, now)) return true;
    const std::string reason = request.text("Reason");
    end(call, reason.empty() ? "the far end hung up" : cat("the far end hung up: ", reason), 0, Tone::kNone);
    return true;
  }
  if (request.method == "INVITE" || request.method == "UPDATE") {
    if (SessionTimer::too_short(request)) return refuse_interval(key, request, tag, now), true;
    if (!call.confirmed()) return receive_early_offer(call, key, request, now), true;
    if (!takes_offers(call.offer_state) || call.asked.has_value())
      reply(key, request, 491, tag, "", now);
    else
      receive_offer(call, key, request, now);
    return true;
  }
  receive_other(call, key, request, now);
  return true;
}

// What a request that is accepted says of the far end; a refused one changes nothing (RFC 3261 section 14.1).
void CallList::take_target(Call& call, const Message& request, TimePoint now) {
  const bool early = call.dialog.remote_tag.empty();
  if (!early && !request.contacts.empty() && is_target(request.contacts.front().uri))
    call.dialog.remote_target = request.contacts.front().uri;
  take_call_info(call, request, now);
}

// A re-INVITE or UPDATE: hold, resume, another far end, or only a change of the far end's security.
void CallList::receive_offer(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const auto sdp = session_description(request);
  if (!sdp.ok()) return reply(key, request, 400, call.dialog.local_tag, std::string(sdp.status().message()), now);
  if (sdp->empty()) {
    if (request.method == "UPDATE") {
      take_target(call, request, now);
      respond_ok(call, key, request, "", now);
    } else if (call.local.port == 0) {
      reply(key, request, 491, call.dialog.local_tag, "", now);  // media is being set up anew: ours comes first
    } else {
      // The ACK may bring the answer of another far end, to which the call is being transferred: it gets keys that the
      // one before has not seen. Until then media goes on with those in force.
      call.offered = fresh_offer(call);
      take_target(call, request, now);
      enter(call, OfferEvent::kOffered, "an INVITE without an offer is answered with one");
      respond_ok(call, key, request, describe(call, write_offer(*call.offered)), now);
    }
    return judge(call, now);
  }
  auto offer = read_sdp(*sdp, call.local.address);
  if (!offer.ok()) return reply(key, request, 400, call.dialog.local_tag, cat("SDP: ", offer.status().message()), now);
  const NegotiatedMedia* keep = call.negotiated.has_value() ? &*call.negotiated : nullptr;
  LocalSession local = call.local;
  local.direction = on_hold(call.hold) ? Direction::kSendOnly : Direction::kSendReceive;
  auto answered = answer_offer(*offer, local, rules(call), keep, [this](size_t octets) { return fresh_key(octets); });
  if (!answered.ok()) return refuse_media(call, key, request, answered.status(), now);
  const size_t line = answered->negotiated.line;
  ask_media(call, {.key = key,
                   .request = request,
                   .answered = std::move(*answered),
                   .others = other_lines(*offer, line),
                   .direction = local.direction});
}

}  // namespace phone::signaling
