// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// address_limits.hpp -- the share of an acceptor on the network that one address can take, so that it cannot take all:
// places, handshakes under way, arrivals a second; and addresses that are refused for their earlier connections.
// Bounded itself.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "common/rate/token_bucket.hpp"

namespace phone::mesh {

class AddressLimits {
 public:
  static constexpr int kConnections = 4, kHandshakes = 3;
  static constexpr double kArrivals = 64, kArrivalsPerSecond = 4;
  static constexpr size_t kAddresses = 256;
  static constexpr absl::Duration kRefusal = absl::Minutes(1);

  explicit AddressLimits(int connections = kConnections) : connections_(connections) {}

  enum class Answer { kLetIn, kRefused, kTooOften, kTooMany, kTooManyHandshakes };
  // One that is let in has a place until left(), and a handshake under way until handshake_done().
  Answer came(const std::string& address, absl::Time now) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entry_of(address, now);
    entry.seen = now;
    if (now < entry.refused_until) return Answer::kRefused;
    if (!entry.arrivals.take(1, now)) return Answer::kTooOften;
    if (entry.connections >= connections_) return Answer::kTooMany;
    if (entry.handshakes >= kHandshakes) return Answer::kTooManyHandshakes;
    ++entry.connections;
    ++entry.handshakes;
    return Answer::kLetIn;
  }
  void handshake_done(const std::string& address) {
    const std::lock_guard lock(mutex_);
    --entries_[address].handshakes;
  }
  void left(const std::string& address) {
    const std::lock_guard lock(mutex_);
    --entries_[address].connections;
  }
  void refuse(const std::string& address, absl::Time now) {
    const std::lock_guard lock(mutex_);
    entry_of(address, now).refused_until = now + kRefusal;
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    TokenBucket arrivals{kArrivals, kArrivalsPerSecond};
    int connections = 0, handshakes = 0;
    absl::Time refused_until = absl::InfinitePast(), seen = absl::InfinitePast();
  };
  Entry& entry_of(const std::string& address, absl::Time now) {
    if (!entries_.contains(address) && entries_.size() >= kAddresses) forget(now);
    return entries_[address];
  }
  // The one not seen for longest of those that hold nothing; there are far fewer places than entries. A refused one
  // only when all are: other addresses that come by must not let it in again.
  void forget(absl::Time now) {
    const auto worth = [now](const Entry& entry) { return std::pair(now < entry.refused_until, entry.seen); };
    auto least = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (at->second.connections > 0 || at->second.handshakes > 0) continue;
      if (least == entries_.end() || worth(at->second) < worth(least->second)) least = at;
    }
    if (least != entries_.end()) entries_.erase(least);
  }

  const int connections_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

inline const char* words_of(AddressLimits::Answer answer) {
  switch (answer) {
    case AddressLimits::Answer::kLetIn:
      return "let in";
    case AddressLimits::Answer::kRefused:
      return "the address is temporarily blocked";
    case AddressLimits::Answer::kTooOften:
      return "too many connections per second from one address";
    case AddressLimits::Answer::kTooMany:
      return "too many connections from one address";
    case AddressLimits::Answer::kTooManyHandshakes:
      return "too many concurrent handshakes from one address";
  }
  return "unknown";
}

}  // namespace phone::mesh
