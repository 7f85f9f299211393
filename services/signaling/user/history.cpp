// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/user/history.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestText = 128;                // bytes of a number or a name
constexpr uint64_t kEndOfTime = uint64_t{1} << 42;  // ms: the year 2109, before the clock's own range ends

int64_t milliseconds_of(const std::optional<WallTime>& time) {
  if (!time.has_value()) return 0;
  return std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count();
}

std::string one_word(std::string_view text) {
  return percent_encoded(text, [](char c) { return c > ' ' && c != '%' && c != 127; });
}

std::optional<HistoryEntry> read_entry(std::string_view line) {
  HistoryEntry entry;
  const auto next = [&line] { return number(take_until(line, ' ')).value_or(0); };
  entry.entry = next() & 0xFFFFFFFFFFFF;
  const uint64_t kind = next();
  if (entry.entry == 0 || kind < 1 || kind > 3) return std::nullopt;
  entry.kind = static_cast<HistoryKind>(kind);
  entry.line = static_cast<uint32_t>(next() & 0xFF);
  entry.hidden = next() != 0;
  if (const uint64_t time = next(); time != 0 && time < kEndOfTime)
    entry.time = WallTime(std::chrono::milliseconds(static_cast<int64_t>(time)));
  entry.duration_seconds = static_cast<uint32_t>(next() & 0xFFFFFFFF);
  for (std::string* text : {&entry.call, &entry.number, &entry.name})
    *text = text::clean(percent_decoded(take_until(line, ' ')), kLongestText);
  return entry;
}

}  // namespace

void History::note(HistoryEntry entry) {
  entry.number = text::clean(entry.number, kLongestText);
  entry.name = text::clean(entry.name, kLongestText);
  const auto same =
      std::find_if(entries_.begin(), entries_.end(), [&](const HistoryEntry& one) { return one.call == entry.call; });
  if (same != entries_.end()) {
    entry.entry = same->entry;
    *same = std::move(entry);
    return;
  }
  entry.entry = next_++;
  entries_.insert(entries_.begin(), std::move(entry));
  if (entries_.size() > kMost) entries_.resize(kMost);
}

void History::drop(std::string_view call) {
  std::erase_if(entries_, [&](const HistoryEntry& one) { return one.call == call; });
}

size_t History::forget(const std::vector<uint64_t>& entries) {
  return std::erase_if(entries_, [&](const HistoryEntry& one) {
    return std::find(entries.begin(), entries.end(), one.entry) != entries.end();
  });
}

size_t History::forget_all() {
  const size_t all = entries_.size();
  entries_.clear();
  return all;
}

const HistoryEntry* History::last_placed() const {
  const auto last = std::find_if(entries_.begin(), entries_.end(),
                                 [](const HistoryEntry& one) { return one.kind == HistoryKind::kPlaced; });
  return last == entries_.end() ? nullptr : &*last;
}

// "next N", then a line for each entry, the newest first: numbers, then texts without a space.
std::string History::record() const {
  std::string text = cat("next ", next_, "\n");
  for (const HistoryEntry& one : entries_) {
    text += cat(one.entry, " ", static_cast<int>(one.kind), " ", one.line, " ", one.hidden ? 1 : 0, " ",
                milliseconds_of(one.time), " ", one.duration_seconds, " ", one_word(one.call), " ",
                one_word(one.number), " ", one_word(one.name), "\n");
  }
  return text;
}

void History::restore(std::string_view record) {
  entries_.clear();
  while (!record.empty() && entries_.size() < kMost) {
    std::string_view line = take_until(record, '\n');
    if (starts_with(line, "next ")) {
      next_ = std::max<uint64_t>(next_, number(line.substr(5)).value_or(1) & 0xFFFFFFFFFFFF);
      continue;
    }
    if (auto entry = read_entry(line); entry.has_value()) entries_.push_back(*std::move(entry));
  }
  for (const HistoryEntry& one : entries_) next_ = std::max(next_, one.entry + 1);
}

}  // namespace phone::signaling
