// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/playout.hpp"

#include <algorithm>

#include "services/media/tone/tone.hpp"

namespace phone::media {

void Playout::take(std::unique_ptr<JitterBuffer>& jitter, Decoders& decoders) {
  if (jitter != nullptr) {
    std::swap(jitter_, jitter);
    decoded_samples_ = 0;
  }
  for (size_t codec = 0; codec < kCodecs; ++codec) {
    if (decoders[codec] != nullptr) std::swap(decoders_[codec], decoders[codec]);
  }
}

void Playout::reset() {
  decoded_samples_ = 0;
  far_end_silent_ = false;
  if (jitter_ != nullptr) jitter_->reset();
}

void Playout::put(const ReceiveFormat& format, uint32_t timestamp, std::span<const uint8_t> payload,
                  int64_t arrival_us) {
  if (jitter_ == nullptr) return;
  if (jitter_->clock_rate() != format.clock_rate) jitter_->reset(format.clock_rate);
  jitter_->put(timestamp, format.payload_type, payload, arrival_us);
}

size_t Playout::decode(const ReceiveFormat& format, std::span<const uint8_t> payload, std::span<int16_t> room) {
  if (format.use == PayloadUse::kComfortNoise) {
    noise_.describe(payload);
    far_end_silent_ = true;
    noise_.make(room.first(kFrameSamples));
    return kFrameSamples;
  }
  Decoder* decoder = decoders_[static_cast<size_t>(format.codec)].get();
  if (decoder == nullptr) return 0;
  const size_t made = decoder->decode(payload, room);
  if (made == 0) return 0;
  codec_ = format.codec;
  far_end_silent_ = false;
  return made;
}

size_t Playout::fill(const ReceiveTable& table, const JitterBuffer::Pull& pull, std::span<int16_t> room) {
  const size_t wanted = std::min<size_t>(kFrameSamples, size_t{pull.units} * kAudioRate / jitter_->clock_rate());
  if (far_end_silent_) {
    noise_.make(room.first(wanted));
    return wanted;
  }
  Decoder* decoder = codec_ ? decoders_[static_cast<size_t>(*codec_)].get() : nullptr;
  if (decoder == nullptr) {
    std::fill_n(room.begin(), wanted, int16_t{0});
    return wanted;
  }
  ++concealed_;
  const ReceiveFormat* following = pull.payload.empty() ? nullptr : table.find(pull.payload_type);
  const bool same = following != nullptr && following->use == PayloadUse::kAudio && following->codec == *codec_;
  return std::min(wanted, decoder->conceal(same ? pull.payload : std::span<const uint8_t>(), room));
}

void Playout::play(const ReceiveTable& table, int64_t now_us, std::span<int16_t> mix) {
  if (jitter_ == nullptr) return;
  for (int packets = 0; decoded_samples_ < mix.size() && packets < kMostPackets; ++packets) {
    const JitterBuffer::Pull pull = jitter_->pull(now_us);
    if (pull.kind == JitterBuffer::Kind::kNothing) break;
    const auto room = std::span<int16_t>(decoded_).subspan(decoded_samples_, kMaxDecodedSamples);
    if (pull.kind != JitterBuffer::Kind::kFrame) {
      decoded_samples_ += fill(table, pull, room);
      continue;
    }
    const ReceiveFormat* format = table.find(pull.payload_type);  // an order may have taken it away meanwhile
    if (format == nullptr || format->use == PayloadUse::kEvents) continue;
    const size_t made = decode(*format, pull.payload, room);
    jitter_->played(static_cast<uint32_t>(made * jitter_->clock_rate() / kAudioRate));
    decoded_samples_ += made;
  }
  const size_t ready = std::min(decoded_samples_, mix.size());
  for (size_t i = 0; i < ready; ++i)
    mix[i] = static_cast<int16_t>(std::clamp(int{mix[i]} + int{decoded_[i]}, -32768, 32767));
  std::copy(decoded_.begin() + static_cast<std::ptrdiff_t>(ready),
            decoded_.begin() + static_cast<std::ptrdiff_t>(decoded_samples_), decoded_.begin());
  decoded_samples_ -= ready;
}

}  // namespace phone::media
