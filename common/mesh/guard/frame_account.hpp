// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// frame_account.hpp -- the transport budget of one peer, over all its connections together: bytes, streams,
// frames that cost us work and the peer nothing. The numbers are far above the needs of a gRPC client, and far below
// those that hurt a process of 96 MB.
#pragma once

#include <cstddef>
#include <mutex>

#include "common/mesh/guard/frame_fault.hpp"
#include "common/rate/token_bucket.hpp"

namespace phone::mesh {

struct FrameLimits {
  size_t message = 8 * 1024 * 1024;  // of one message; the limits of methods are lower, and answered with a status
  size_t held = 24 * 1024 * 1024;    // received on streams that are open still
  size_t streams = 512;
  double bytes = 64.0 * 1024 * 1024, bytes_per_second = 16.0 * 1024 * 1024;
  // PING, SETTINGS, WINDOW_UPDATE, PRIORITY, CONTINUATION, DATA without data, frames of streams that are not open. Each
  // stream brings some along.
  double idle_frames = 20'000, idle_frames_per_second = 2'000, idle_frames_per_stream = 4;
  double resets = 1'000, resets_per_second = 100;  // a call opened and taken back costs us most of a call
};

class FrameAccount {
 public:
  explicit FrameAccount(FrameLimits limits = {})
      : limits_(limits),
        bytes_(limits.bytes, limits.bytes_per_second),
        idle_(limits.idle_frames, limits.idle_frames_per_second),
        resets_(limits.resets, limits.resets_per_second) {}

  const FrameLimits& limits() const { return limits_; }
  FrameFault bytes(size_t count, absl::Time now) {
    const std::lock_guard lock(mutex_);
    return bytes_.take(static_cast<double>(count), now) ? FrameFault::kNone : FrameFault::kByteRate;
  }
  FrameFault idle_frame(double cost, absl::Time now) {
    const std::lock_guard lock(mutex_);
    return idle_.take(cost, now) ? FrameFault::kNone : FrameFault::kIdleFrames;
  }
  FrameFault reset(absl::Time now) {
    const std::lock_guard lock(mutex_);
    return resets_.take(1, now) ? FrameFault::kNone : FrameFault::kResets;
  }
  FrameFault open_stream(absl::Time now) {
    const std::lock_guard lock(mutex_);
    idle_.give(limits_.idle_frames_per_stream, now);
    return ++streams_ > limits_.streams ? FrameFault::kStreams : FrameFault::kNone;
  }
  FrameFault hold(size_t count) {
    const std::lock_guard lock(mutex_);
    held_ += count;
    return held_ > limits_.held ? FrameFault::kHeldBytes : FrameFault::kNone;
  }
  void release(size_t count) {
    const std::lock_guard lock(mutex_);
    held_ -= count;
  }
  void close_stream(size_t held) {
    const std::lock_guard lock(mutex_);
    held_ -= held;
    --streams_;
  }
  size_t streams() const {
    const std::lock_guard lock(mutex_);
    return streams_;
  }
  size_t held() const {
    const std::lock_guard lock(mutex_);
    return held_;
  }

 private:
  const FrameLimits limits_;
  mutable std::mutex mutex_;
  TokenBucket bytes_, idle_, resets_;
  size_t streams_ = 0, held_ = 0;
};

}  // namespace phone::mesh
