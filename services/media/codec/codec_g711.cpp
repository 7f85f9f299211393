// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/codec_g711.hpp"

#include <spandsp.h>

#include <array>

#include "services/media/codec/g711.hpp"
#include "services/media/codec/resampler.hpp"
#include "services/media/tone/tone.hpp"

namespace phone::media {
namespace {

constexpr uint32_t kRate = 8000;
constexpr size_t kFrame = kRate / 50;
constexpr size_t kMaxSamples = kMaxDecodedSamples / 2;

class G711Encoder final : public Encoder {
 public:
  G711Encoder(CodecKind kind, Resampler down) : kind_(kind), down_(std::move(down)) {}

  size_t encode(std::span<const int16_t> audio, std::span<uint8_t> payload) override {
    if (payload.size() < kFrame) return 0;
    std::array<int16_t, kFrame> narrow{};
    down_.process(audio, narrow);
    for (size_t i = 0; i < kFrame; ++i)
      payload[i] = kind_ == CodecKind::kPcmu ? to_ulaw(narrow[i]) : to_alaw(narrow[i]);
    return kFrame;
  }
  void reset() override { down_.reset(); }

 private:
  const CodecKind kind_;
  Resampler down_;
};

struct FreePlc {
  void operator()(plc_state_t* state) const { plc_free(state); }
};

class G711Decoder final : public Decoder {
 public:
  G711Decoder(CodecKind kind, Resampler up) : kind_(kind), up_(std::move(up)), plc_(plc_init(nullptr)) {}

  size_t decode(std::span<const uint8_t> payload, std::span<int16_t> audio) override {
    if (payload.empty() || payload.size() > kMaxSamples) return 0;
    std::array<int16_t, kMaxSamples> narrow;
    for (size_t i = 0; i < payload.size(); ++i) {
      narrow[i] = kind_ == CodecKind::kPcmu ? from_ulaw(payload[i]) : from_alaw(payload[i]);
    }
    plc_rx(plc_.get(), narrow.data(), static_cast<int>(payload.size()));
    return up_.process(std::span<const int16_t>(narrow).first(payload.size()), audio);
  }

  size_t conceal(std::span<const uint8_t>, std::span<int16_t> audio) override {
    std::array<int16_t, kFrame> narrow{};
    plc_fillin(plc_.get(), narrow.data(), kFrame);
    return up_.process(narrow, audio);
  }

 private:
  const CodecKind kind_;
  Resampler up_;
  std::unique_ptr<plc_state_t, FreePlc> plc_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Encoder>> make_g711_encoder(CodecKind kind) {
  auto down = Resampler::create(kAudioRate, kRate);
  if (!down.ok()) return down.status();
  return std::make_unique<G711Encoder>(kind, *std::move(down));
}

absl::StatusOr<std::unique_ptr<Decoder>> make_g711_decoder(CodecKind kind) {
  auto up = Resampler::create(kRate, kAudioRate);
  if (!up.ok()) return up.status();
  return std::make_unique<G711Decoder>(kind, *std::move(up));
}

}  // namespace phone::media
