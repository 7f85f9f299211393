// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_memory.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include "tools/phonectl/print_told.hpp"
#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

using namespace phone::signaling::v1;

std::string party(const HistoryEntry& entry) {
  if (entry.hidden()) return "hidden";
  if (entry.name().empty() || entry.name() == entry.number()) return or_dash(entry.number());
  return absl::StrCat(entry.name(), entry.number().empty() ? "" : absl::StrCat(" (", entry.number(), ")"));
}

std::string duration(std::uint32_t seconds) {
  if (seconds == 0) return "";
  return seconds < 3600 ? absl::StrFormat("%d:%02d", seconds / 60, seconds % 60)
                        : absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

std::string print_history(const GetMemoryReply& memory, const View& view) {
  if (memory.history().empty()) return paint(view, Tone::kDim, "no calls") + "\n";
  const View local = as_on_phone(view, memory.time_zone(), memory.date_template());
  Table table;
  for (const HistoryEntry& entry : memory.history()) {
    const bool missed = entry.kind() == HISTORY_KIND_MISSED;
    table.row({{absl::StrCat(entry.entry())},
               {when(local, entry.time())},
               {word(entry.kind()), missed ? Tone::kBad : Tone::kPlain},
               {party(entry)},
               {absl::StrCat("line ", entry.line())},
               {duration(entry.duration_seconds())}});
  }
  return table.print(local);
}

std::string print_speed_dials(const GetMemoryReply& memory, const View& view) {
  if (memory.speed_dial().empty()) return paint(view, Tone::kDim, "no speed dials are configured") + "\n";
  Table table;
  for (const SpeedDial& one : memory.speed_dial())
    table.row({{absl::StrCat(one.index())}, {or_dash(one.label())}, {one.number()}});
  return table.print(view);
}

std::string print_lines(const SignalingState& state, const View& view) {
  if (state.line().empty()) return paint(view, Tone::kDim, "no line is configured") + "\n";
  Table table;
  for (const PhoneLine& line : state.line()) {
    table.row({{absl::StrCat("line ", line.line())},
               {or_dash(line.number())},
               {or_dash(line.display_name())},
               {line.label() == line.number() ? "" : line.label()},
               {line.registered() ? "registered" : "not registered", line.registered() ? Tone::kGood : Tone::kBad},
               {told_of(line), Tone::kStrong}});
  }
  std::string out = table.print(view);
  for (const std::string& one : told_lines(state)) absl::StrAppend(&out, paint(view, Tone::kStrong, one), "\n");
  return out;
}

}  // namespace phone::phonectl
