// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/outgoing.hpp"

#include <algorithm>
#include <utility>

namespace phone::media {

void Outgoing::configure(StreamSetup& setup) {
  payload_type_ = setup.payload_type;
  dtmf_payload_type_ = setup.dtmf_payload_type;
  clock_rate_ = setup.clock_rate;
  dtmf_clock_rate_ = setup.dtmf_clock_rate == 0 ? setup.clock_rate : setup.dtmf_clock_rate;
  const size_t octets = setup.packet_ms * kOctetsEachMs;
  if (octets != packet_octets_ || setup.replace_codec) drop_waiting();
  packet_octets_ = octets;
  if (!setup.replace_codec) return;
  codec_ = setup.codec;
  std::swap(encoder_, setup.encoder);
}

void Outgoing::start(uint16_t sequence, uint32_t timestamp) {
  sequence_ = sequence;
  timestamp_ = event_timestamp_ = timestamp;
  drop_waiting();
}

void Outgoing::forget() {
  drop_waiting();
  if (encoder_ != nullptr) encoder_->reset();
}

void Outgoing::advance() {
  timestamp_ += clock_rate_ / 50;
  event_timestamp_ += event_step();
}

void Outgoing::encode(std::span<const int16_t> captured) {
  if (waiting_begin_ == waiting_end_) {
    waiting_begin_ = waiting_end_ = 0;
    waiting_at_ = timestamp_;
  } else {
    std::copy(waiting_.begin() + static_cast<std::ptrdiff_t>(waiting_begin_),
              waiting_.begin() + static_cast<std::ptrdiff_t>(waiting_end_), waiting_.begin());
    waiting_end_ -= std::exchange(waiting_begin_, 0);
  }
  const auto room = std::span<uint8_t>(waiting_).subspan(waiting_end_);
  waiting_end_ += encoder_->encode(captured, room.first(std::min(room.size(), kMaxPayloadOctets)));
}

Outgoing::Payload Outgoing::take() {
  const size_t waits = waiting_end_ - waiting_begin_;
  const bool opus = codec_ == CodecKind::kOpus;
  const size_t size = opus ? waits : packet_octets_;
  if (waits == 0 || waits < size) return {};
  Payload payload{.octets = std::span<const uint8_t>(waiting_).subspan(waiting_begin_, size), .timestamp = waiting_at_};
  waiting_begin_ += size;
  waiting_at_ += opus ? 0 : static_cast<uint32_t>(size);  // their clock is 8 kHz: an octet each
  left_out_ = opus && size <= kSilenceOctets;
  return left_out_ ? Payload{} : payload;
}

}  // namespace phone::media
