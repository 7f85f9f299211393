// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// jitter_buffer.hpp -- keeps packets until their time has come. The delay it aims at is the .99 quantile of a
// forgetting histogram of relative delay (arrival against the fastest packet of the last two seconds); it moves by
// whole frames only. Allocates when made, never after. Time is handed in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace phone::media {

inline constexpr size_t kMaxPayloadOctets = 1460;

class DelayHistogram {
 public:
  static constexpr int kBucketMs = 2;
  static constexpr int kBuckets = 250;  // 500 ms, more delay than a conversation tolerates

  DelayHistogram();
  // `transit_us`: arrival minus media time, any constant offset.
  void add(int64_t transit_us, int64_t now_us);
  int64_t fastest_us() const { return fastest_; }  // transit of the fastest recent packet
  int target_ms() const { return target_ms_; }
  void reset();

 private:
  std::array<double, kBuckets> weight_{};
  double total_ = 0;
  int target_ms_ = 0;
  // Minimum over two half windows of one second each, so that the memory is two numbers.
  int64_t fastest_ = 0;
  int64_t halves_[2] = {};
  int64_t half_began_ = 0;
  bool any_ = false;
};

class JitterBuffer {
 public:
  // `clock_rate` of the RTP timestamps, `frame` the timestamp units of one 20 ms frame.
  explicit JitterBuffer(uint32_t clock_rate);

  enum class Put : uint8_t { kKept, kLate, kDuplicate, kFull };
  Put put(uint32_t timestamp, uint8_t payload_type, std::span<const uint8_t> payload, int64_t arrival_us);

  enum class Kind : uint8_t {
    kNothing,  // no packet yet: silence
    kFrame,    // `payload` is the next frame
    kMissing,  // conceal `units`; `payload` is the frame after it if it has arrived (in-band FEC)
    kWait,     // conceal `units` without moving on: the delay grows by it
  };
  struct Pull {
    Kind kind = Kind::kNothing;
    std::span<const uint8_t> payload;  // good until the next call
    uint8_t payload_type = 0;          // of `payload`
    uint32_t units = 0;                // of the timestamp, at most 20 ms
  };
  // Once per frame to be played.
  Pull pull(int64_t now_us);
  // How many timestamp units the last frame really had, as the decoder found.
  void played(uint32_t units);

  void reset();
  // The same for packets of another clock. What was late and skipped stays counted.
  void reset(uint32_t clock_rate);
  uint32_t clock_rate() const { return rate_; }
  // How long the frame last played had been on its way beyond the fastest one.
  int delay_ms() const { return delay_ms_; }
  uint64_t late() const { return late_; }
  uint64_t skipped() const { return skipped_; }

 private:
  static constexpr size_t kSlots = 64;  // 1.28 s of 20 ms frames
  struct Slot {
    bool used = false;
    uint8_t payload_type = 0;
    uint32_t timestamp = 0;
    uint16_t size = 0;
    std::array<uint8_t, kMaxPayloadOctets> octets;
  };

  Slot* earliest();
  Slot* at(uint32_t timestamp);
  void drop(Slot& slot);
  void skip_one();
  // A step over what is missing: one frame, or 20 ms of a longer one.
  uint32_t step() const;
  int64_t media_us(uint32_t timestamp) const;
  int64_t due_us(uint32_t timestamp, int margin_ms) const;

  uint32_t rate_;
  uint32_t frame_;
  std::unique_ptr<std::array<Slot, kSlots>> slots_;
  size_t held_ = 0;
  DelayHistogram histogram_;
  bool started_ = false;
  bool playing_ = false;
  uint32_t origin_ = 0;     // timestamp of the first packet: media time 0
  uint32_t next_ = 0;       // timestamp to play next
  uint32_t concealed_ = 0;  // steps in a row
  int delay_ms_ = 0;
  int excess_ = 0;  // frames in a row with more delay than wanted
  uint64_t late_ = 0;
  uint64_t skipped_ = 0;
};

}  // namespace phone::media
