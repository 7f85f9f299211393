// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the phone remembers of its calls. A call is noted as soon as it rings or is dialled, so that a process that ends
// in the middle of it forgets nothing.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/user/lines.hpp"

namespace phone::signaling {
namespace {

// Nobody was called: a feature was asked for.
bool is_forgotten(const Call& call) { return call.feature.has_value() && !call.feature->remembered; }

HistoryEntry entry_of(const Call& call) {
  const bool taken = call.established.has_value() || call.declined;
  HistoryEntry entry;
  entry.call = call.id;
  entry.kind = !call.incoming ? HistoryKind::kPlaced : taken ? HistoryKind::kReceived : HistoryKind::kMissed;
  entry.hidden = call.hidden;
  if (!call.hidden) entry.number = call.remote_number, entry.name = call.remote_name;
  entry.line = call.line;
  entry.time = call.started;
  return entry;
}

}  // namespace

void CallList::remember(const Call& call) {
  if (is_forgotten(call)) return;
  HistoryEntry entry = entry_of(call);
  const LineSettings* line = line_of(settings_, call.line);
  const bool kept = entry.kind != HistoryKind::kMissed || line == nullptr || line->keeps_missed_calls;
  if (!kept) return;
  history_.note(std::move(entry));
  save_history();
}

void CallList::remember_end(const Call& call) {
  // It never rang here: media was not ready, or could not be agreed.
  if (call.state == SessionState::kReceived || is_forgotten(call)) return;
  if (call.answered_elsewhere) {  // cucm-calls.md 2.12
    history_.drop(call.id);
    return save_history();
  }
  remember(call);
  if (!call.established.has_value()) return;
  HistoryEntry entry = entry_of(call);
  const auto length = std::chrono::duration_cast<std::chrono::seconds>(ua_port_.wall() - *call.established).count();
  constexpr int64_t kLongest = 1'000'000'000;
  entry.duration_seconds = static_cast<uint32_t>(std::clamp<int64_t>(length, 0, kLongest));
  history_.note(std::move(entry));
  save_history();
}

void CallList::save_history() {
  std::string record = history_.record();
  if (record == saved_history_) return;
  saved_history_ = record;
  ua_port_.save_history(std::move(record));
}

MemoryView CallList::memory() const {
  MemoryView memory;
  for (const HistoryEntry& entry : history_.entries()) {
    const bool goes_on = std::any_of(calls_.begin(), calls_.end(),
                                     [&](const Call& call) { return call.live() && call.id == entry.call; });
    if (!goes_on) memory.history.push_back(entry);
  }
  memory.speed_dials = settings_.speed_dials;
  memory.time_zone = settings_.time_zone;
  memory.date_template = settings_.date_template;
  if (const HistoryEntry* last = history_.last_placed(); last != nullptr) memory.redial_number = last->number;
  return memory;
}

size_t CallList::forget_calls(const std::vector<uint64_t>& entries, bool all) {
  const size_t forgotten = all ? history_.forget_all() : history_.forget(entries);
  save_history();
  return forgotten;
}

void CallList::restore_memory(const std::string& history, bool off_hook) {
  history_.restore(history);
  saved_history_ = history;
  off_hook_ = off_hook;
  delegate_.changed();
}

}  // namespace phone::signaling
