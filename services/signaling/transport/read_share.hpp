// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/time/time.h>

#include <cstddef>

#include "common/rate/token_bucket.hpp"

namespace phone::signaling {

// How much work one connection may cause: a token bucket in bytes, where every message costs kOverhead more than its
// size, since small ones cost work too. The reader waits while it is overdrawn, which pushes back on the server through
// TCP. A burst of some 200 ordinary messages (3 KiB) passes without any wait.
class ReadShare {
 public:
  static constexpr size_t kOverhead = 1024;
  static constexpr double kBurst = 1024 * 1024;
  static constexpr double kPerSecond = 1024 * 1024;  // a thousand small messages, or 17 of the largest that are costly

  // A message of that size has been read. How long to wait before it is handled: zero within the share.
  absl::Duration take(size_t size, absl::Time now) { return bucket_.owe(static_cast<double>(size + kOverhead), now); }

 private:
  TokenBucket bucket_{kBurst, kPerSecond};
};

}  // namespace phone::signaling
