// subscribers.hpp -- the subscribers to be told that something changed.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "common/mesh/call/stream.hpp"

namespace phone::mesh {

class Wakers {
 public:
  uint64_t add(Wake wake) {
    const std::lock_guard lock(mutex_);
    wakers_.emplace(++last_, std::move(wake));
    return last_;
  }
  void remove(uint64_t id) {
    const std::lock_guard lock(mutex_);
    wakers_.erase(id);
  }
  // Outside our own lock, so that a waker may add and remove.
  void wake_all() const {
    std::vector<Wake> wakers;
    {
      const std::lock_guard lock(mutex_);
      wakers.reserve(wakers_.size());
      for (const auto& [id, wake] : wakers_) wakers.push_back(wake);
    }
    for (const auto& wake : wakers) wake();
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return wakers_.size();
  }

 private:
  mutable std::mutex mutex_;
  uint64_t last_ = 0;
  std::map<uint64_t, Wake> wakers_;
};

}  // namespace phone::mesh
