// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_told.hpp"

#include "absl/strings/str_cat.h"

namespace phone::phonectl {

namespace v1 = phone::signaling::v1;

namespace {

const char* word_of(v1::WatchedState state) {
  switch (state) {
    case v1::WATCHED_STATE_IDLE:
      return "idle";
    case v1::WATCHED_STATE_ALERTING:
      return "ringing";
    case v1::WATCHED_STATE_IN_USE:
      return "in a call";
    case v1::WATCHED_STATE_DO_NOT_DISTURB:
      return "do not disturb";
    case v1::WATCHED_STATE_REFUSED:
      return "not shown";
    default:
      return "unknown";
  }
}

const char* word_of(v1::SharedCallState state) {
  switch (state) {
    case v1::SHARED_CALL_STATE_ALERTING:
      return "ringing";
    case v1::SHARED_CALL_STATE_IN_USE:
      return "in use remotely";
    case v1::SHARED_CALL_STATE_HELD:
      return "on hold";
    default:
      return "unknown";
  }
}

const char* secure_word(v1::SecurityLevel level) {
  switch (level) {
    case v1::SECURITY_LEVEL_ENCRYPTED:
      return ", encrypted";
    case v1::SECURITY_LEVEL_AUTHENTICATED:
      return ", authenticated";
    case v1::SECURITY_LEVEL_NOT_AUTHENTICATED:
      return ", not secure";
    default:
      return "";
  }
}

// A number of directed park is in use while a call is parked there.
std::string slot_line(const v1::WatchedNumber& slot) {
  const std::string name = slot.label().empty() ? slot.number() : slot.label();
  switch (slot.state()) {
    case v1::WATCHED_STATE_IDLE:
      return absl::StrCat(name, ": free, phonectl park --at ", slot.number());
    case v1::WATCHED_STATE_ALERTING:
    case v1::WATCHED_STATE_IN_USE:
      return absl::StrCat(name, ": a call is parked, phonectl fetch ", slot.number());
    default:
      return absl::StrCat(name, ": ", word_of(slot.state()), slot.reason().empty() ? "" : ", ", slot.reason());
  }
}

void add_shared(const v1::SignalingState& state, std::vector<std::string>& lines) {
  if (!state.sharing().empty()) lines.push_back(state.sharing());
  for (const v1::SharedCall& one : state.shared_call()) {
    const std::string who = one.remote_name().empty() ? one.remote_number() : one.remote_name();
    lines.push_back(absl::StrCat("shared line ", one.line(), ": call ", one.shared_call(), " ", word_of(one.state()),
                                 who.empty() ? "" : " with ", who, one.private_call() ? ", private" : ""));
  }
  for (const v1::Participant& one : state.roster().participant()) {
    lines.push_back(absl::StrCat("participant ", one.participant(), ": ", one.name(), one.muted() ? ", muted" : "",
                                 one.talking() ? ", talking" : "", one.state().empty() ? "" : ", ", one.state(),
                                 secure_word(one.security())));
  }
  for (const v1::ParkedCall& one : state.parked_call())
    lines.push_back(absl::StrCat("parked at ", one.slot(), ": ", one.state()));
  for (const v1::WatchedNumber& one : state.watched_number()) {
    if (one.park_slot()) {
      lines.push_back(slot_line(one));
      continue;
    }
    lines.push_back(absl::StrCat(one.label().empty() ? one.number() : one.label(), ": ", word_of(one.state()),
                                 one.reason().empty() ? "" : ", ", one.reason(),
                                 one.pickup() && one.state() == v1::WATCHED_STATE_ALERTING
                                     ? absl::StrCat(", phonectl pickup at ", one.number())
                                     : ""));
  }
}

}  // namespace

std::string told_of(const v1::PhoneLine& line) {
  std::string told;
  if (line.messages_waiting()) {
    told = line.new_messages() == 0
               ? "new messages"
               : absl::StrCat(line.new_messages(), " new message", line.new_messages() == 1 ? "" : "s");
  }
  if (!line.forwarded_to().empty() || line.forwarded_to_voicemail()) {
    const std::string where = line.forwarded_to_voicemail() ? "voicemail" : line.forwarded_to();
    absl::StrAppend(&told, told.empty() ? "" : ", ", "calls go to ", where);
  }
  return told;
}

std::vector<std::string> told_lines(const v1::SignalingState& state) {
  std::vector<std::string> lines;
  if (state.do_not_disturb() == v1::DO_NOT_DISTURB_SILENT) lines.emplace_back("do not disturb: calls do not ring");
  if (state.do_not_disturb() == v1::DO_NOT_DISTURB_REJECT)
    lines.emplace_back("do not disturb: calls are answered busy");
  if (state.hunt_group()) lines.emplace_back("logged in to the hunt group");
  if (state.privacy()) lines.emplace_back("calls of shared lines are private");
  for (const v1::ShownText& one : state.shown_text())
    lines.push_back(one.line() == 0 ? one.text() : absl::StrCat("line ", one.line(), ": ", one.text()));
  add_shared(state, lines);
  return lines;
}

}  // namespace phone::phonectl
