// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_told.hpp"

#include "absl/strings/str_cat.h"

namespace phone::phonectl {

namespace v1 = phone::signaling::v1;

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
  return lines;
}

}  // namespace phone::phonectl
