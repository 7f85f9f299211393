// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// How a call is found in the logs of every element that it crosses: Session-ID (RFC 7989) and the call manager's own
// name of all its legs (gci). decisions/2026-11-30-how-a-call-is-found-in-logs.md.
#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

// A call that takes the place of another goes on in its session (RFC 7989 section 6).
void CallList::begin_session(Call& call) {
  if (const Call* old = find(call.replaces); old != nullptr) call.dialog.session.local = old->dialog.session.local;
}

// Our end keeps its UUID as long as the user has the call; the far end's follows it, whoever that is by then.
void CallList::take_session(Call& call, const Message& message) {
  const auto theirs = read_session_id(message);
  if (!theirs.has_value() || theirs->local == call.dialog.session.remote) return;
  call.dialog.session.remote = theirs->local;
  if (call.confirmed()) save();
  delegate_.changed();
}

void CallList::name_session(const Message& request, Message& response) {
  if (response.count("Session-ID") > 0) return;
  const auto theirs = read_session_id(request);
  SessionId session;
  for (const Call& call : calls_) {
    if (call.dialog.call_id == request.call_id) session = call.dialog.session;
  }
  // A far end that does not name its end gets ours all the same, unless there is no call to name.
  if (session.local.empty() && !theirs.has_value()) return;
  if (session.local.empty()) session.local = new_session_uuid(ua_port_);
  if (theirs.has_value()) session.remote = theirs->local;
  response.add("Session-ID", write_session_id(session));
}

void CallList::respond(const std::string& key, const Message& request, Message response, TimePoint now) {
  name_session(request, response);
  transactions_.respond(key, response, now);
}

Detail CallList::trace_of(const Call& call) {
  Detail detail{{"call", call.id}, {"session", call.dialog.session.local}};
  if (!call.global_call.empty()) detail.emplace("gci", call.global_call);
  return detail;
}

}  // namespace phone::signaling
