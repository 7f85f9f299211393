// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager has told, for the next process: lamps, forwards, do not disturb and the rest stay as they were
// until it tells them again. Texts with a time of their own and pages are not kept.
#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/control/remote_state.hpp"
#include "services/signaling/sip/record.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMostLines = 255;
constexpr uint64_t kMostCounted = 99999;

}  // namespace

void RemoteState::write(RecordWriter& record) const {
  record.count("do_not_disturb", static_cast<uint64_t>(view_.do_not_disturb));
  record.count("hunt_group", view_.hunt_group);
  record.count("privacy", view_.privacy);
  for (const RemoteLine& line : view_.lines) {
    record.text("line", "");
    record.count("messages", line.messages);
    record.count("fresh", line.mailbox.fresh);
    record.count("old", line.mailbox.old);
    record.text("forward", line.forward.number);
    record.count("to_voicemail", line.forward.to_voicemail);
  }
  for (const auto& [line, one] : texts_) {
    if (one.until.has_value()) continue;
    record.count("text_line", line);
    record.text("text", one.text);
  }
}

void RemoteState::restore(std::string_view record) {
  std::vector<RemoteLine> lines;
  uint32_t text_line = 0;
  read_record(record, [&](const RecordedFact& fact) {
    if (fact.name == "do_not_disturb" && fact.count <= 2) view_.do_not_disturb = static_cast<DoNotDisturb>(fact.count);
    if (fact.name == "hunt_group") view_.hunt_group = fact.count != 0;
    if (fact.name == "privacy") view_.privacy = fact.count != 0;
    if (fact.name == "line" && lines.size() < kMostLines) lines.emplace_back();
    if (fact.name == "text_line") text_line = static_cast<uint32_t>(std::min<uint64_t>(fact.count, kMostLines));
    if (fact.name == "text" && !fact.value.empty())
      texts_[text_line] = Timed{.text = text::clean(fact.value), .until = std::nullopt};
    if (lines.empty()) return;
    RemoteLine& line = lines.back();
    if (fact.name == "messages") line.messages = fact.count != 0;
    if (fact.name == "fresh") line.mailbox.fresh = static_cast<uint32_t>(std::min(fact.count, kMostCounted));
    if (fact.name == "old") line.mailbox.old = static_cast<uint32_t>(std::min(fact.count, kMostCounted));
    if (fact.name == "forward") line.forward.number = text::clean(fact.value, kLongestForward);
    if (fact.name == "to_voicemail") line.forward.to_voicemail = fact.count != 0;
  });
  // The configuration may have told already how many there are.
  if (!view_.lines.empty()) lines.resize(view_.lines.size());
  view_.lines = std::move(lines);
}

}  // namespace phone::signaling
