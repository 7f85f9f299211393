// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/codec_g722.hpp"

#include <spandsp.h>

#include <array>

#include "services/media/tone/tone.hpp"

namespace phone::media {
namespace {

constexpr int kG722BitsPerSecond = 64000;
constexpr size_t kG722FrameOctets = kFrameSamples / 2;
constexpr size_t kMaxG722Octets = kMaxDecodedSamples / 2;

struct FreeG722 {
  void operator()(g722_encode_state_t* state) const { g722_encode_free(state); }
  void operator()(g722_decode_state_t* state) const { g722_decode_free(state); }
  void operator()(plc_state_t* state) const { plc_free(state); }
};

class G722Encoder final : public Encoder {
 public:
  explicit G722Encoder(std::unique_ptr<g722_encode_state_t, FreeG722> state) : state_(std::move(state)) {}

  size_t encode(std::span<const int16_t> audio, std::span<uint8_t> payload) override {
    if (payload.size() < kG722FrameOctets) return 0;
    const int made = g722_encode(state_.get(), payload.data(), audio.data(), static_cast<int>(audio.size()));
    return made > 0 ? static_cast<size_t>(made) : 0;
  }
  void reset() override { g722_encode_init(state_.get(), kG722BitsPerSecond, 0); }

 private:
  std::unique_ptr<g722_encode_state_t, FreeG722> state_;
};

class G722Decoder final : public Decoder {
 public:
  explicit G722Decoder(std::unique_ptr<g722_decode_state_t, FreeG722> state)
      : state_(std::move(state)), plc_(plc_init(nullptr)) {}

  size_t decode(std::span<const uint8_t> payload, std::span<int16_t> audio) override {
    if (payload.empty() || payload.size() > kMaxG722Octets || audio.size() < 2 * payload.size()) return 0;
    const int made = g722_decode(state_.get(), audio.data(), payload.data(), static_cast<int>(payload.size()));
    if (made <= 0) return 0;
    plc_rx(plc_.get(), audio.data(), made);
    return static_cast<size_t>(made);
  }

  size_t conceal(std::span<const uint8_t>, std::span<int16_t> audio) override {
    return static_cast<size_t>(plc_fillin(plc_.get(), audio.data(), static_cast<int>(kFrameSamples)));
  }

 private:
  std::unique_ptr<g722_decode_state_t, FreeG722> state_;
  std::unique_ptr<plc_state_t, FreeG722> plc_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Encoder>> make_g722_encoder() {
  std::unique_ptr<g722_encode_state_t, FreeG722> state(g722_encode_init(nullptr, kG722BitsPerSecond, 0));
  if (state == nullptr) return absl::InternalError("cannot create a G.722 encoder");
  return std::make_unique<G722Encoder>(std::move(state));
}

absl::StatusOr<std::unique_ptr<Decoder>> make_g722_decoder() {
  std::unique_ptr<g722_decode_state_t, FreeG722> state(g722_decode_init(nullptr, kG722BitsPerSecond, 0));
  if (state == nullptr) return absl::InternalError("cannot create a G.722 decoder");
  return std::make_unique<G722Decoder>(std::move(state));
}

}  // namespace phone::media
