// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The called side, and the far end's requests inside a dialog.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/validator.hpp"

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

bool is_refer_event(const Message& notify) {
  const std::string event = notify.text("Event");
  std::string_view rest = event;
  return iequals(trim(take_until(rest, ';')), "refer");
}

bool takes_fallback(const Message& message) {
  auto options = list_items(message, "Supported");
  return std::any_of(options.begin(), options.end(),
                     [](const std::string& one) { return iequals(one, "X-cisco-srtp-fallback"); });
}

}  // namespace

void CallList::reply(const std::string& key, const Message& request, int status, const std::string& tag,
                     std::string phrase, TimePoint now) {
  transactions_.respond(key, make_response(request, status, std::move(phrase), tag), now);
}

bool CallList::receive(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  if (request.method == "CANCEL") {
    receive_cancel(key, request, now);
    return true;
  }
  if (Call* call = find_dialog(request); call != nullptr) {
    if (call->flow == flow) return receive_in_dialog(*call, key, request, now);
    refuse_elsewhere(*call, key, request, now);
    return true;
  }
  if (request.method == "ACK") return true;
  if (request.method == "INVITE" && request.to_tag().empty()) {
    receive_invite(flow, key, request, now);
    return true;
  }
  if (request.method == "INVITE" || request.method == "BYE" || request.method == "UPDATE") {
    reply(key, request, 481, random_token(ua_port_, 4), "", now);
    return true;
  }
  return false;
}

// 488 with its cause (RFC 3261 section 20.43).
void CallList::refuse_media(const Call& call, const std::string& key, const Message& request, const absl::Status& cause,
                            TimePoint now) {
  std::string quoted(cause.message());
  for (char& c : quoted) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ' || c == 127) c = '\'';
  }
  Message response = make_response(request, 488, "", call.dialog.local_tag);
  response.add("Warning", cat("399 phone \"", quoted, "\""));
  transactions_.respond(key, response, now);
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
    // cucm-calls.md 2.12
    return end(call, answered_elsewhere(request) ? "answered elsewhere" : "the caller hung up", 487, Tone::kNone);
  }
  reply(key, request, 481, random_token(ua_port_, 4), "", now);
}

// A request inside a dialog counts only on the dialog's own connection: another server of the list has no part in it.
// While the dialog has no connection, the phone is about to register again, and the request may be repeated.
void CallList::refuse_elsewhere(const Call& call, const std::string& key, const Message& request, TimePoint now) {
  ua_port_.report("call.other_connection", Severity::kWarning,
                  cat(request.method, " arrived on a connection that is not the call's"), {{"call", call.id}});
  if (request.method == "ACK") return;
  const bool returning = call.state == SessionState::kPreserved;
  Message response = make_response(request, returning ? 500 : 481, "", call.dialog.local_tag);
  if (returning) response.add("Retry-After", "2");
  transactions_.respond(key, response, now);
}

void CallList::receive_invite(FlowId flow, const std::string& key, const Message& request, TimePoint now) {
  auto connection = delegate_.connection(flow);
  std::string tag = random_token(ua_port_, 8);
  // Registered as the server sees it, even while this phone is refreshing or has just been refused.
  if (!connection.has_value() || !delegate_.takes_calls(flow, now)) return reply(key, request, 480, tag, "", now);
  if (request.contacts.size() != 1) return reply(key, request, 400, tag, "Exactly one Contact is required", now);
  for (const Call& call : calls_) {
    // The same request over two paths (RFC 3261 section 8.2.2.2).
    bool merged = call.live() && call.dialog.call_id == request.call_id && call.dialog.remote_tag == request.from_tag();
    if (merged) return reply(key, request, 482, tag, "", now);
  }
  if (busy()) return reply(key, request, 486, tag, "", now);
  const auto sdp = session_description(request);
  if (!sdp.ok()) return reply(key, request, 400, tag, std::string(sdp.status().message()), now);
  std::optional<SessionDescription> offer;
  if (!sdp->empty()) {
    auto parsed = parse_sdp(*sdp);
    if (!parsed.ok()) return reply(key, request, 400, tag, cat("SDP: ", parsed.status().message()), now);
    offer = std::move(*parsed);
  }
  Call& call = begin(true, now);
  call.flow = flow;
  call.server_key = key;
  call.invite = request;
  call.offer = std::move(offer);
  call.peer_takes_fallback = takes_fallback(request);
  call.dialog.call_id = request.call_id;
  call.dialog.remote_tag = request.from_tag();
  call.dialog.remote_cseq = request.cseq;
  call.dialog.local_uri = request.to.uri;
  call.dialog.remote_uri = request.from.uri;
  learn_dialog(call.dialog, request, false);
  call.remote_number = request.from.user;
  call.remote_name = request.from.display;
  take_call_info(call, request, now);
  call.local.address = without_port(connection->facts.local_address);
  if (call.offer.has_value()) {
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
    response.add("Call-Info", write_call_info(level_of_suite(connection->facts.cipher_suite), false));
  if (!sdp.empty()) response.add("Content-Type", "application/sdp");
  response.body = std::move(sdp);
  transactions_.respond(key, response, now);
  if (request.method == "INVITE")
    call.pending_ack = PendingAck{.key = key,
                                  .response = response,
                                  .next_at = now + settings_.t1,
                                  .until = now + 64 * settings_.t1,
                                  .interval = settings_.t1,
                                  .cseq = request.cseq};
}

void CallList::accept_incoming(Call& call, TimePoint now) {
  if (!call.offer.has_value()) {
    prepare_local(call);
    enter(call, OfferEvent::kOffered, "an INVITE without an offer is answered with one");
    respond_ok(call, call.server_key, *call.invite, write_offer(call.local), now);
    return establish(call, now);
  }
  introduce(call);
  auto answered =
      answer_offer(*call.offer, call.local, rules(call), nullptr, [this](size_t octets) { return fresh_key(octets); });
  if (!answered.ok()) {
    refuse_media(call, call.server_key, *call.invite, answered.status(), now);
    return end(call, cat("media: ", answered.status().message()), 488, Tone::kNone);
  }
  call.negotiated = std::move(answered->negotiated);
  call.held_by_far_end = !receives(call.negotiated->far_direction);
  const SrtpKey& key = call.negotiated->transmit;
  if (!key.suite.empty()) call.local.crypto = {{key.tag, key.suite, key.key_salt}};
  enter(call, OfferEvent::kAnswered, "an INVITE is answered");
  respond_ok(call, call.server_key, *call.invite, std::move(answered->sdp), now);
  ++call.local.version;  // an offer of ours names all codecs, the answer named one
  establish(call, now);
  configure_media(call);  // with the user: the call has been answered
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
  const std::string& tag = call.dialog.local_tag;
  if (request.cseq < call.dialog.remote_cseq) {
    reply(key, request, 500, tag, "CSeq is out of order", now);
    return true;
  }
  call.dialog.remote_cseq = request.cseq;
  if (request.method == "BYE") {
    reply(key, request, 200, tag, "", now);
    // Whether the transfer is done or the far end has given up is not known yet.
    if (call.transfer.state == TransferState::kAccepted)
      return end(call, "ended by the call manager while it was being transferred", 0, Tone::kNone), true;
    if (call.bye_at.has_value()) return end(call, "transferred", 0, Tone::kNone), true;
    const std::string reason = request.text("Reason");
    end(call, reason.empty() ? "the far end hung up" : cat("the far end hung up: ", reason), 0, Tone::kNone);
    return true;
  }
  if (request.method == "INVITE" || request.method == "UPDATE") {
    take_call_info(call, request, now);
    if (!request.contacts.empty()) call.dialog.remote_target = request.contacts.front().uri;
    if (!takes_offers(call.offer_state) || !call.confirmed())
      reply(key, request, 491, tag, "", now);
    else
      receive_offer(call, key, request, now);
    return true;
  }
  if (request.method == "NOTIFY" && is_refer_event(request)) {
    receive_notify(call, key, request, now);
    return true;
  }
  if (request.method == "NOTIFY" || request.method == "REFER") return false;
  reply(key, request, 200, tag, "", now);
  return true;
}

// A re-INVITE or UPDATE: hold, resume, another far end, or only a change of the far end's security.
void CallList::receive_offer(Call& call, const std::string& key, const Message& request, TimePoint now) {
  const auto sdp = session_description(request);
  if (!sdp.ok()) return reply(key, request, 400, call.dialog.local_tag, std::string(sdp.status().message()), now);
  if (sdp->empty()) {
    if (request.method == "UPDATE") {
      respond_ok(call, key, request, "", now);
    } else if (call.local.port == 0) {
      reply(key, request, 491, call.dialog.local_tag, "", now);  // media is being set up anew: ours comes first
    } else {
      // The ACK may bring the answer of another far end, to which the call is being transferred: it gets keys that the
      // one before has not seen. Until then media goes on with those in force.
      call.offered = fresh_offer(call);
      enter(call, OfferEvent::kOffered, "an INVITE without an offer is answered with one");
      respond_ok(call, key, request, write_offer(*call.offered), now);
    }
    return judge(call, now);
  }
  auto offer = parse_sdp(*sdp);
  if (!offer.ok()) return reply(key, request, 400, call.dialog.local_tag, cat("SDP: ", offer.status().message()), now);
  const NegotiatedMedia* keep = call.negotiated.has_value() ? &*call.negotiated : nullptr;
  LocalSession local = call.local;
  ++local.version;
  local.direction = on_hold(call.hold) ? Direction::kSendOnly : Direction::kSendReceive;
  auto answered = answer_offer(*offer, local, rules(call), keep, [this](size_t octets) { return fresh_key(octets); });
  if (!answered.ok()) return refuse_media(call, key, request, answered.status(), now);
  call.negotiated = std::move(answered->negotiated);
  call.local.version = local.version;
  call.local.direction = local.direction;
  call.held_by_far_end = !receives(call.negotiated->far_direction);
  const SrtpKey& transmit = call.negotiated->transmit;
  call.local.crypto.clear();
  if (!transmit.suite.empty()) call.local.crypto.push_back({transmit.tag, transmit.suite, transmit.key_salt});
  if (request.method == "INVITE") enter(call, OfferEvent::kAnswered, "a re-INVITE is answered");
  respond_ok(call, key, request, std::move(answered->sdp), now);
  call.kept_offer.clear();
  settle_hold(call, "the far end's offer was answered");
  configure_media(call);
  judge(call, now);
  save();
  delegate_.changed();
}

}  // namespace phone::signaling
