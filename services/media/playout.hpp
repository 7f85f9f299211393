// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// playout.hpp -- from the packets of a far end to 20 ms of sound: jitter buffer, a decoder for each agreed codec,
// concealment, comfort noise. Made on the actor's thread; allocates nothing afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "services/media/codec/codec.hpp"
#include "services/media/codec/comfort_noise.hpp"
#include "services/media/receive_table.hpp"
#include "services/media/rtp/jitter_buffer.hpp"

namespace phone::media {

using Decoders = std::array<std::unique_ptr<Decoder>, kCodecs>;

class Playout {
 public:
  // Swaps in what is new; the decoders of before come back in its place.
  void take(std::unique_ptr<JitterBuffer>& jitter, Decoders& decoders);
  // Forgets what has not been played: it is out of date, or of another source.
  void reset();

  // Audio or comfort noise. `timestamp` is of the MediaClock.
  void put(const ReceiveFormat& format, uint32_t timestamp, std::span<const uint8_t> payload, int64_t arrival_us);
  // Adds 20 ms to `mix`, as far as there is any.
  void play(const ReceiveTable& table, int64_t now_us, std::span<int16_t> mix);

  bool ready() const { return jitter_ != nullptr; }
  int delay_ms() const { return jitter_ == nullptr ? 0 : jitter_->delay_ms(); }
  uint64_t late() const { return jitter_ == nullptr ? 0 : jitter_->late(); }
  uint64_t concealed() const { return concealed_; }
  std::optional<CodecKind> codec() const { return codec_; }  // of the last audio that was played

 private:
  static constexpr int kMostPackets = 24;  // in one tick, of 1 ms or more each

  size_t decode(const ReceiveFormat& format, std::span<const uint8_t> payload, std::span<int16_t> room);
  size_t fill(const ReceiveTable& table, const JitterBuffer::Pull& pull, std::span<int16_t> room);

  std::unique_ptr<JitterBuffer> jitter_;
  Decoders decoders_;
  std::optional<CodecKind> codec_;
  ComfortNoise noise_;
  bool far_end_silent_ = false;  // it has described its noise and sends nothing else
  std::array<int16_t, 2 * kMaxDecodedSamples> decoded_{};
  size_t decoded_samples_ = 0;
  uint64_t concealed_ = 0;
};

}  // namespace phone::media
