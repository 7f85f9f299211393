// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/call.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

Message in_dialog(const Dialog& dialog, const std::string& method, const std::string& contact, uint32_t cseq) {
  Message message;
  message.is_request = true;
  message.method = method;
  message.uri = dialog.remote_target;
  for (const std::string& route : dialog.routes) message.add("Route", route);
  message.add("From", cat("<", dialog.local_uri, ">;tag=", dialog.local_tag));
  message.add("To", dialog.remote_tag.empty() ? cat("<", dialog.remote_uri, ">")
                                              : cat("<", dialog.remote_uri, ">;tag=", dialog.remote_tag));
  message.add("Call-ID", dialog.call_id);
  message.add("CSeq", cat(cseq, " ", method));
  message.add("Max-Forwards", "70");
  if (method != "BYE" && method != "ACK" && method != "CANCEL") message.add("Contact", cat("<", contact, ">"));
  return message;
}

void learn_dialog(Dialog& dialog, const Message& message, bool as_caller) {
  if (!message.contacts.empty()) dialog.remote_target = message.contacts.front().uri;
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
  return view;
}

}  // namespace phone::signaling
