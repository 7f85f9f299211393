// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/codec_opus.hpp"

#include <opus/opus.h>

#include <algorithm>

#include "services/media/tone/tone.hpp"

namespace phone::media {
namespace {

constexpr int kBitsPerSecond = 24000;
constexpr int kComplexity = 5;
constexpr int kExpectedLossPercent = 10;
constexpr size_t kMaxOctets = 400;  // of one 20 ms packet

struct Free {
  void operator()(OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }
  void operator()(OpusDecoder* decoder) const { opus_decoder_destroy(decoder); }
};

class OpusFrameEncoder final : public Encoder {
 public:
  explicit OpusFrameEncoder(std::unique_ptr<OpusEncoder, Free> state) : state_(std::move(state)) {}
  size_t encode(std::span<const int16_t> audio, std::span<uint8_t> payload) override {
    const auto room = static_cast<opus_int32>(std::min(payload.size(), kMaxOctets));
    const int made = opus_encode(state_.get(), audio.data(), static_cast<int>(audio.size()), payload.data(), room);
    return made > 0 ? static_cast<size_t>(made) : 0;
  }
  void reset() override { opus_encoder_ctl(state_.get(), OPUS_RESET_STATE); }

 private:
  std::unique_ptr<OpusEncoder, Free> state_;
};

class OpusFrameDecoder final : public Decoder {
 public:
  explicit OpusFrameDecoder(std::unique_ptr<OpusDecoder, Free> state) : state_(std::move(state)) {}

  size_t decode(std::span<const uint8_t> payload, std::span<int16_t> audio) override {
    if (payload.empty()) return 0;
    return count(opus_decode(state_.get(), payload.data(), static_cast<opus_int32>(payload.size()), audio.data(),
                             static_cast<int>(audio.size()), 0));
  }

  size_t conceal(std::span<const uint8_t> following, std::span<int16_t> audio) override {
    const bool redundant = !following.empty();
    return count(opus_decode(state_.get(), redundant ? following.data() : nullptr,
                             static_cast<opus_int32>(following.size()), audio.data(), static_cast<int>(kFrameSamples),
                             redundant ? 1 : 0));
  }

 private:
  static size_t count(int made) { return made > 0 ? static_cast<size_t>(made) : 0; }
  std::unique_ptr<OpusDecoder, Free> state_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Encoder>> make_opus_encoder(bool leaves_out_silence) {
  int error = OPUS_OK;
  std::unique_ptr<OpusEncoder, Free> state(opus_encoder_create(kAudioRate, 1, OPUS_APPLICATION_VOIP, &error));
  if (error != OPUS_OK) return absl::InternalError("cannot create an Opus encoder");
  opus_encoder_ctl(state.get(), OPUS_SET_BITRATE(kBitsPerSecond));
  opus_encoder_ctl(state.get(), OPUS_SET_COMPLEXITY(kComplexity));
  opus_encoder_ctl(state.get(), OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(state.get(), OPUS_SET_PACKET_LOSS_PERC(kExpectedLossPercent));
  opus_encoder_ctl(state.get(), OPUS_SET_DTX(leaves_out_silence ? 1 : 0));
  return std::make_unique<OpusFrameEncoder>(std::move(state));
}

absl::StatusOr<std::unique_ptr<Decoder>> make_opus_decoder() {
  int error = OPUS_OK;
  std::unique_ptr<OpusDecoder, Free> state(opus_decoder_create(kAudioRate, 1, &error));
  if (error != OPUS_OK) return absl::InternalError("cannot create an Opus decoder");
  return std::make_unique<OpusFrameDecoder>(std::move(state));
}

}  // namespace phone::media
