// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// clear_far_end.hpp -- a stream without SRTP, and a far end that sends it whatever a test says, under virtual time.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "services/media/rtp/rtp.hpp"
#include "services/media/state_record.hpp"
#include "services/media/stream.hpp"
#include "tests/unit/media/network.hpp"
#include "tests/unit/media/sound.hpp"

namespace phone::media::testing_far_end {

inline constexpr uint8_t kComfortNoisePt = 13, kEventsPt = 101;

inline uint8_t payload_type_of(CodecKind codec) {
  constexpr uint8_t kTypes[kCodecs] = {0, 8, 107, 9};
  return kTypes[static_cast<size_t>(codec)];
}

class ClearFarEnd {
 public:
  ClearFarEnd()
      : remote(*parse_endpoint("10.0.0.2", 4000)),
        rtp(*parse_endpoint("10.0.0.1", 5000)),
        rtcp(*parse_endpoint("10.0.0.1", 5001)),
        record(*StateRecord::create("clear", 5000)),
        stream(rtp, rtcp, record.get(), "test") {}

  std::unique_ptr<StreamSetup> setup(CodecKind codec = CodecKind::kPcmu) const {
    auto made = std::make_unique<StreamSetup>();
    made->remote = remote;
    made->direction = Direction::kSendReceive;
    made->focus = FocusState::kHolds;
    made->payload_type = payload_type_of(codec);
    made->replace_sender = made->replace_receiver = true;
    made->ssrc = 77;
    EXPECT_TRUE(set_codec(codec, false, *made).ok());
    for (size_t i = 0; i < kCodecs; ++i) {
      const auto one = static_cast<CodecKind>(i);
      made->receive.add({.payload_type = payload_type_of(one), .codec = one, .clock_rate = shape_of(one).clock_rate});
    }
    made->receive.add({.payload_type = kComfortNoisePt, .use = PayloadUse::kComfortNoise});
    made->receive.add({.payload_type = kEventsPt, .use = PayloadUse::kEvents});
    EXPECT_TRUE(set_decoders({}, *made).ok());
    made->jitter = std::make_unique<JitterBuffer>(made->clock_rate);
    return made;
  }
  void apply(CodecKind codec = CodecKind::kPcmu) {
    auto made = setup(codec);
    stream.apply(*made, now_us);
  }

  void send(uint8_t payload_type, std::span<const uint8_t> payload) {
    std::vector<uint8_t> packet(kRtpHeaderOctets + payload.size());
    write_rtp_header({.payload_type = payload_type, .sequence = sequence++, .timestamp = timestamp, .ssrc = ssrc},
                     packet.data());
    std::memcpy(packet.data() + kRtpHeaderOctets, payload.data(), payload.size());
    rtp.queue.push_back({packet, remote, now_us});
  }
  // 20 ms of a sine in a codec; the timestamp goes on.
  void speak(CodecKind codec) {
    if (encoders_[static_cast<size_t>(codec)] == nullptr) encoders_[static_cast<size_t>(codec)] = *make_encoder(codec);
    std::array<int16_t, kFrameSamples> frame;
    voice.fill(frame);
    std::array<uint8_t, 400> payload;
    const size_t size = encoders_[static_cast<size_t>(codec)]->encode(frame, payload);
    send(payload_type_of(codec), std::span(payload).first(size));
    timestamp += shape_of(codec).clock_rate / 50;
  }
  // 20 ms of the stream.
  void tick() {
    rtp.now_us = rtcp.now_us = now_us;
    const TickTime time{.now_us = now_us, .ntp = static_cast<uint64_t>(now_us) << 12};
    std::array<int16_t, kFrameSamples> mix{};
    const std::array<int16_t, kFrameSamples> captured{};
    stream.receive(time);
    stream.play(time, mix);
    stream.send(time, captured);
    heard.insert(heard.end(), mix.begin(), mix.end());
    now_us += 20'000;
  }
  void talk(CodecKind codec, int frames) {
    for (int i = 0; i < frames; ++i) {
      speak(codec);
      tick();
    }
  }
  double level(size_t frames) const {
    return testing_sound::level_of(std::span<const int16_t>(heard).last(frames * kFrameSamples), kVoice);
  }

  static constexpr double kVoice = 450;
  Endpoint remote;
  testing_network::MemoryPort rtp, rtcp;
  std::unique_ptr<StateRecord> record;
  Stream stream;
  testing_sound::Sine voice{kVoice};
  std::vector<int16_t> heard;
  int64_t now_us = 1'000'000;
  uint16_t sequence = 7;
  uint32_t timestamp = 160, ssrc = 4242;

 private:
  std::array<std::unique_ptr<Encoder>, kCodecs> encoders_;
};

}  // namespace phone::media::testing_far_end
