// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/signaling/sip/sip_port.hpp"

namespace phone::signaling {

// Values as in signaling.proto and in the record.
enum class HistoryKind : uint8_t { kMissed = 1, kReceived = 2, kPlaced = 3 };

struct HistoryEntry {
  uint64_t entry = 0;  // given by the history
  std::string call;    // while that call goes on, the entry follows it
  HistoryKind kind = HistoryKind::kMissed;
  std::string number, name;
  bool hidden = false;
  uint32_t line = 1;
  std::optional<WallTime> time;
  uint32_t duration_seconds = 0;
  bool operator==(const HistoryEntry&) const = default;
};

// Past calls, newest first. Private: the record goes only to the state directory.
class History {
 public:
  static constexpr size_t kMost = 150;

  // Replaces the entry of that call, or becomes the newest.
  void note(HistoryEntry entry);
  // That call is none of this phone's.
  void drop(std::string_view call);
  // How many of these entries were there.
  size_t forget(const std::vector<uint64_t>& entries);
  size_t forget_all();

  const std::vector<HistoryEntry>& entries() const { return entries_; }
  const HistoryEntry* last_placed() const;

  std::string record() const;
  // Total: of a damaged record what can be read.
  void restore(std::string_view record);

 private:
  std::vector<HistoryEntry> entries_;
  uint64_t next_ = 1;  // never given twice
};

}  // namespace phone::signaling
