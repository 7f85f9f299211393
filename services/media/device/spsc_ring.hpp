// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// spsc_ring.hpp -- a ring between two threads: one writes, one reads, neither waits.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <span>

namespace phone::media {

template <class T, size_t kCapacity>
class SpscRing {
  static_assert((kCapacity & (kCapacity - 1)) == 0, "a power of two");

 public:
  bool push(const T& value) { return write(std::span<const T>(&value, 1)) == 1; }
  bool pop(T& value) { return read(std::span<T>(&value, 1)) == 1; }

  // As many as there is room for.
  size_t write(std::span<const T> values) {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    const size_t count = std::min(values.size(), kCapacity - (tail - head_.load(std::memory_order_acquire)));
    for (size_t i = 0; i < count; ++i) (*slots_)[(tail + i) & (kCapacity - 1)] = values[i];
    tail_.store(tail + count, std::memory_order_release);
    return count;
  }
  // As many as are available.
  size_t read(std::span<T> values) {
    const size_t head = head_.load(std::memory_order_relaxed);
    const size_t count = std::min(values.size(), tail_.load(std::memory_order_acquire) - head);
    for (size_t i = 0; i < count; ++i) values[i] = (*slots_)[(head + i) & (kCapacity - 1)];
    head_.store(head + count, std::memory_order_release);
    return count;
  }
  size_t size() const { return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire); }

 private:
  std::unique_ptr<std::array<T, kCapacity>> slots_ = std::make_unique<std::array<T, kCapacity>>();
  alignas(64) std::atomic<size_t> head_ = 0;
  alignas(64) std::atomic<size_t> tail_ = 0;
};

}  // namespace phone::media
