// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Answers of TVS for as long as TVS states (cisco-formats.md C2). Only "valid" is kept, and only in memory.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "services/trust_store/peers/tvs_codec.hpp"

namespace phone::trust::tvs {

class Cache {
 public:
  static constexpr std::size_t kMost = 100;

  struct Entry {
    Answer answer;
    std::string server;
    absl::Time until;
  };

  std::optional<Entry> find(const TvsQuestion& question, absl::Time now) const;
  void keep(const TvsQuestion& question, const Answer& answer, const std::string& server, absl::Time now);
  void clear() { entries_.clear(); }

 private:
  std::map<std::string, Entry> entries_;
};

}  // namespace phone::trust::tvs
