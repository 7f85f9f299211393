// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/call.hpp"

#include <algorithm>

#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr uint8_t kConferencePhrase = 52;  // cucm-calls.md 2.3: this name makes the call a conference

bool is_loose(std::string_view uri) {
  std::string_view parameters = uri.substr(std::min(uri.size(), uri.find(';')));
  for (const auto& [name, value] : parse_parameters(parameters)) {
    if (iequals(name, "lr")) return true;
  }
  return false;
}

}  // namespace

PendingAck PendingAck::begin(std::string key, Message response, uint32_t cseq, const Settings& settings,
                             TimePoint now) {
  return {.key = std::move(key),
          .response = std::move(response),
          .next_at = now + settings.t1,
          .until = now + 64 * settings.t1,
          .interval = settings.t1,
          .slowest = settings.t2,
          .cseq = cseq};
}

bool PendingAck::repeat(TransactionLayer& transactions, TimePoint now) {
  if (now >= until) return false;
  transactions.respond(key, response, now);
  interval = std::min<Milliseconds>(interval * 2, slowest);
  next_at = now + interval;
  return true;
}

bool is_target(std::string_view uri) {
  const std::string_view scheme = take_until(uri, ':');
  return !uri.empty() && (iequals(scheme, "sip") || iequals(scheme, "sips"));
}

Message in_dialog(const Dialog& dialog, const std::string& method, const std::string& contact, uint32_t cseq) {
  Message message;
  message.is_request = true;
  message.method = method;
  message.uri = dialog.remote_target;
  // A strict router finds itself in the Request-URI, and the target at the end of the route (RFC 3261
  // section 12.2.1.1).
  const bool strict = !dialog.routes.empty() && !is_loose(uri_inside(dialog.routes.front()));
  if (strict) message.uri = std::string(uri_inside(dialog.routes.front()));
  for (size_t i = strict ? 1 : 0; i < dialog.routes.size(); ++i) message.add("Route", dialog.routes[i]);
  if (strict) message.add("Route", cat("<", dialog.remote_target, ">"));
  const bool named = method == "INVITE" && !dialog.local_display.empty();
  message.add("From",
              cat(named ? quoted_string(dialog.local_display) : "", "<", dialog.local_uri, ">;tag=", dialog.local_tag));
  message.add("To", dialog.remote_tag.empty() ? cat("<", dialog.remote_uri, ">")
                                              : cat("<", dialog.remote_uri, ">;tag=", dialog.remote_tag));
  message.add("Call-ID", dialog.call_id);
  message.add("CSeq", cat(cseq, " ", method));
  message.add("Max-Forwards", "70");
  if (!dialog.session.local.empty()) message.add("Session-ID", write_session_id(dialog.session));
  if (method != "BYE" && method != "ACK" && method != "CANCEL") message.add("Contact", cat("<", contact, ">"));
  return message;
}

void learn_dialog(Dialog& dialog, const Message& message, bool as_caller) {
  if (!message.contacts.empty() && is_target(message.contacts.front().uri))
    dialog.remote_target = message.contacts.front().uri;
  dialog.routes = list_items(message, "Record-Route");
  if (as_caller) std::reverse(dialog.routes.begin(), dialog.routes.end());
  for (const std::string& method : list_items(message, "Allow")) {
    if (iequals(method, "UPDATE")) dialog.peer_allows_update = true;
  }
  for (const std::string& option : list_items(message, "Supported")) {
    if (iequals(option, "X-cisco-callinfo")) dialog.peer_takes_call_info = true;
  }
}

Direction wanted_direction(const Call& call) {
  if (!on_hold(call.hold)) return Direction::kSendReceive;
  return call.held_by_far_end ? Direction::kInactive : Direction::kSendOnly;
}

CallView view_of(const Call& call) {
  CallView view;
  view.call = call.id;
  view.remote_number = call.remote_number;
  view.remote_name = call.remote_name;
  view.state = public_state(call.state);
  view.incoming = call.incoming;
  view.security = call.security;
  view.transmit_suite = call.transmit_suite;
  view.receive_suite = call.receive_suite;
  view.codec = call.codec;
  view.started = call.started;
  view.established = call.established;
  view.ended_by = call.ended_by;
  view.sip_status = call.sip_status;
  view.stream = call.stream;
  view.secure_tone_played = call.secure_tone_played;
  view.hold = call.hold;
  view.held_by_far_end = call.held_by_far_end;
  view.has_user = call.has_user();
  view.transfer = call.transfer.state;
  view.transfer_failure = call.transfer.failure;
  view.line = call.line;
  view.own_number = call.own_number;
  view.ignored = call.ignored && is_unanswered(call.state);
  view.hold_reverted = call.hold_reverted;
  view.keys_wanted = call.kpml.state == KpmlState::kSubscribed && !call.confirmed();
  view.emergency = call.emergency;
  view.conference = call.live() && call.remote_name == phrase(kPhrasePrefix, kConferencePhrase);
  view.code_wanted = call.code;
  view.code_digits = call.code_digits;
  view.precedence = call.precedence;
  view.session = call.dialog.session;
  view.global_call = call.global_call;
  if (is_adrift(call.dialog_state) && call.live()) {
    view.limited = "its call manager no longer has it: it can be talked in and hung up, not transferred";
  }
  return view;
}

}  // namespace phone::signaling
