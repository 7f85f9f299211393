// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// metrics.hpp -- what this process has counted since it began: refusals, losses, restarts. Counting is one atomic
// addition, fit for the media tick; a counter lives as long as the process.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace phone::metrics {

// A refusal is a peer, a file or a caller that did not get what it wanted; a loss is something wanted that did not
// come.
enum class Sort { kRefusal, kLoss, kRestart };

class Counter {
 public:
  void add(std::uint64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// The counter of that name, made when first asked for; keep the reference. `what` is a stable identifier
// ("rtp_forged"), `text` says what is counted, in the plural ("RTP packets that failed authentication"): status shows
// it to people. Without a text it is not shown: the caller reports each case.
Counter& counter(Sort sort, const std::string& what, const std::string& text);
inline Counter& refusals(const std::string& what, const std::string& text) {
  return counter(Sort::kRefusal, what, text);
}
inline Counter& losses(const std::string& what, const std::string& text) { return counter(Sort::kLoss, what, text); }

// A count kept elsewhere, for example by the kernel: asked whenever readings are taken, by any thread.
void sample(Sort sort, const std::string& what, const std::string& text, std::function<std::uint64_t()> ask);

struct Reading {
  Sort sort;
  std::string what, text;
  std::uint64_t value;
};
// All there are, in the order of their names.
std::vector<Reading> read();

}  // namespace phone::metrics
