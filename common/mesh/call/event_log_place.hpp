// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// event_log_place.hpp -- from where a watcher of another service's event log goes on when a message does not parse:
// after that message, so that one broken event costs itself and no other.
#pragma once

#include <cstdint>
#include <optional>

namespace phone::mesh {

class EventLogPlace {
 public:
  // The number to ask after; nothing: what the watcher asks by itself.
  std::optional<uint64_t> after() const { return after_; }
  void read(uint64_t sequence) {
    last_ = sequence;
    stumbles_ = 0;
  }
  // The stream ended by itself: the next event log may be another one, which is joined as the watcher joins it.
  void ended() { *this = {}; }
  // The message after the last one read did not parse. Where that is said again and again and nothing was read at all,
  // only what happens from now on is left (0 asks for that).
  void stumbled() {
    constexpr int kTries = 8;
    after_ = ++stumbles_ > kTries ? 0 : ++last_;
  }

 private:
  uint64_t last_ = 0;
  int stumbles_ = 0;  // since an event was read
  std::optional<uint64_t> after_;
};

}  // namespace phone::mesh
