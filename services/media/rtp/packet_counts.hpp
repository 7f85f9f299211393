// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// packet_counts.hpp -- counting on the tick: one writer, any readers; and the totals of this process.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/metrics/metrics.hpp"

namespace phone::media {

template <class T>
void count(std::atomic<T>& counter, T by = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

template <class T>
void set(std::atomic<T>& counter, T value) {
  counter.store(value, std::memory_order_relaxed);
}

// Looked up before the tick begins, because that allocates.
struct ProcessCounts {
  metrics::Counter& forged;
  metrics::Counter& replayed;
  metrics::Counter& unwanted;
  metrics::Counter& rtcp;
  metrics::Counter& lost;
};
ProcessCounts& process_counts();

void refuse(std::atomic<uint64_t>& of_stream, metrics::Counter& of_process);

}  // namespace phone::media
