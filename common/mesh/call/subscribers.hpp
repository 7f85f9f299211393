// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// subscribers.hpp -- subscribers that are notified of changes.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "common/mesh/call/stream.hpp"

namespace phone::mesh {

class Subscribers {
 public:
  uint64_t add(Wake wake) {
    const std::lock_guard lock(mutex_);
    subscribers_.emplace(++last_, std::move(wake));
    return last_;
  }
  void remove(uint64_t id) {
    const std::lock_guard lock(mutex_);
    subscribers_.erase(id);
  }
  // Outside our own lock, so that a subscriber may add and remove.
  void notify_all() const {
    std::vector<Wake> wakes;
    {
      const std::lock_guard lock(mutex_);
      wakes.reserve(subscribers_.size());
      for (const auto& [id, wake] : subscribers_) wakes.push_back(wake);
    }
    for (const auto& wake : wakes) wake();
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return subscribers_.size();
  }

 private:
  mutable std::mutex mutex_;
  uint64_t last_ = 0;
  std::map<uint64_t, Wake> subscribers_;
};

}  // namespace phone::mesh
