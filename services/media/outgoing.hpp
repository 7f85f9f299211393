// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// outgoing.hpp -- what of 20 ms of captured sound leaves: the payload of each packet, its number and its time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "services/media/codec/codec.hpp"
#include "services/media/rtp/jitter_buffer.hpp"
#include "services/media/stream_setup.hpp"

namespace phone::media {

class Outgoing {
 public:
  // Takes the new encoder; the one before comes back in its place.
  void configure(StreamSetup& setup);
  void start(uint16_t sequence, uint32_t timestamp);
  // Nothing of what was captured so far leaves after this.
  void forget();
  // A packet that is not full yet does not leave.
  void drop_waiting() { waiting_begin_ = waiting_end_ = 0; }

  bool ready() const { return encoder_ != nullptr; }
  uint8_t payload_type() const { return payload_type_; }
  uint8_t dtmf_payload_type() const { return dtmf_payload_type_; }

  uint16_t next_sequence() { return sequence_++; }
  uint32_t timestamp() const { return timestamp_; }
  // The moment in the clock of telephone events, and 20 ms of it.
  uint32_t event_timestamp() const { return event_timestamp_; }
  uint32_t event_step() const { return dtmf_clock_rate_ / 50; }
  // 20 ms have passed.
  void advance();

  struct Payload {
    std::span<const uint8_t> octets;  // empty: none
    uint32_t timestamp = 0;
  };
  // Encodes 20 ms; then take() until it has none.
  void encode(std::span<const int16_t> captured);
  Payload take();
  // The last 20 ms were silence and did not leave (DTX).
  bool left_out() const { return left_out_; }

 private:
  static constexpr size_t kOctetsEachMs = 8;  // of G.711 and G.722

  std::unique_ptr<Encoder> encoder_;
  CodecKind codec_ = CodecKind::kPcmu;
  uint8_t payload_type_ = 0;
  uint8_t dtmf_payload_type_ = 0;
  uint32_t clock_rate_ = 8000;
  uint32_t dtmf_clock_rate_ = 8000;
  size_t packet_octets_ = 160;
  uint16_t sequence_ = 0;
  uint32_t timestamp_ = 0;
  uint32_t event_timestamp_ = 0;
  std::array<uint8_t, 2 * kMaxPayloadOctets> waiting_{};  // encoded, from waiting_at_ on
  size_t waiting_begin_ = 0;
  size_t waiting_end_ = 0;
  bool left_out_ = false;
  uint32_t waiting_at_ = 0;  // timestamp of the first octet that waits
};

}  // namespace phone::media
