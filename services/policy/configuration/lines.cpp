// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/lines.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace phone::policy {
namespace {

constexpr std::size_t kMaxLines = 64;
constexpr std::size_t kMaxSpeedDials = 200;
// featureID of a button.
constexpr std::uint32_t kSpeedDial = 2, kLine = 9, kWatchedSpeedDial = 21, kParkSlot = 22;

// Part of a SIP URI as it stands: a space, a quote or a bracket would break every request and address of the line.
bool is_user_part(const std::string& name) {
  return std::ranges::all_of(
      name, [](unsigned char c) { return c > ' ' && c < 0x7f && !absl::StrContains("<>\"\\,;?:", c); });
}

// Numbers of which bit 0 is the value and bit 1 says that the user may not change it (cucm-calls.md 8.1).
bool switched_on(ElementReader& reader, const char* name, std::uint32_t otherwise) {
  if (const auto word = to_boolean(text_of(reader.node().child(name)))) return *word;
  return (reader.number(name, otherwise, 0, 3) & 1U) != 0;
}

// Without call waiting one call is enough (cucm-calls.md 8.2).
std::uint32_t busy_trigger_of(ElementReader& line) {
  const bool waiting = switched_on(line, "callWaiting", 1);
  const std::uint32_t trigger = line.number("busyTrigger", 0, 0, 65535);
  return waiting ? trigger : 1;
}

AutoAnswer auto_answer_of(ElementReader& line, ElementReader& all) {
  ElementReader answer(line.node().child("autoAnswer"), &all);
  if (!switched_on(answer, "autoAnswerEnabled", 0)) return AutoAnswer::kOff;
  return absl::StrContains(absl::AsciiStrToLower(answer.label("autoAnswerMode")), "headset") ? AutoAnswer::kHeadset
                                                                                             : AutoAnswer::kSpeaker;
}

// "100": one character for each line, 1 where missed calls are kept.
bool keeps_missed_calls(const std::string& option, std::size_t line) {
  return line >= option.size() || option[line] != '0';
}

// What may be dialled before a park number; a comma or a letter would make it another number.
bool is_prefix(const std::string& text) {
  return std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isdigit(c) || c == '*' || c == '#'; });
}

void read_speed_dial(ElementReader& button, std::uint32_t feature, ElementReader& all, Configuration& into) {
  SpeedDialEntry entry{.label = button.label("featureLabel", 128), .number = button.text("speedDialNumber", 128)};
  if (entry.number.empty()) return;
  entry.watched = feature != kSpeedDial;
  entry.pickup = feature == kWatchedSpeedDial && (button.number("featureOptionMask", 0, 0, 65535) & 1U) != 0;
  if (feature == kParkSlot) {
    entry.park_slot = true;
    entry.retrieval_prefix = button.text("retrievalPrefix", 32);
    if (!is_prefix(entry.retrieval_prefix)) {
      all.remark(absl::StrCat("sipProfile/sipLines/line/retrievalPrefix: \"", entry.retrieval_prefix,
                              "\" cannot be dialled; calls parked at ", entry.number, " are fetched without it"));
      entry.retrieval_prefix.clear();
    }
  }
  if (into.speed_dials.size() < kMaxSpeedDials) return into.speed_dials.push_back(std::move(entry));
  all.complain("sipLines", absl::StrCat("more than ", kMaxSpeedDials, " speed dials"));
}

}  // namespace

void read_lines(pugi::xml_node device, ElementReader& all, Configuration& into) {
  const std::string missed = all.label("MissedCallLoggingOption");
  for (auto button : device.child("sipProfile").child("sipLines").children("line")) {
    ElementReader reader(button, &all);
    const std::uint32_t feature = reader.number("featureID", kLine, 0, 65535);
    if (feature == kSpeedDial || feature == kWatchedSpeedDial || feature == kParkSlot)
      read_speed_dial(reader, feature, all, into);
    if (feature != kLine) continue;
    if (into.lines.size() == kMaxLines) {
      all.complain("sipLines", absl::StrCat("more than ", kMaxLines, " lines"));
      return;
    }
    const auto position = static_cast<unsigned>(into.lines.size()) + 1;
    LineEntry entry{.number = button.attribute("button").as_uint(position),
                    .directory_number = reader.text("name", 128),
                    .display_name = reader.label("displayName", 128),
                    .auth_name = reader.text("authName", 128),
                    .auth_password = reader.text("authPassword", 128),
                    .max_calls = reader.number("maxNumCalls", 0, 0, 65535),
                    .busy_trigger = busy_trigger_of(reader),
                    .label = reader.label("featureLabel", 128),
                    .contact = reader.text("contact", 128),
                    .auto_answer = auto_answer_of(reader, all),
                    .keeps_missed_calls = keeps_missed_calls(missed, into.lines.size()),
                    .shared = reader.boolean("sharedLine", false)};
    if (!is_user_part(entry.directory_number)) {
      all.remark(absl::StrCat("sipProfile/sipLines/line/name: \"", entry.directory_number,
                              "\" cannot stand in a SIP address; the line is left out"));
      continue;
    }
    if (!entry.directory_number.empty()) into.lines.push_back(std::move(entry));
  }
}

}  // namespace phone::policy
