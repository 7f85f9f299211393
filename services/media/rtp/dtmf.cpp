// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/dtmf.hpp"

#include "services/media/rtp/bytes.hpp"

namespace phone::media {
namespace {

constexpr std::string_view kKeys = "0123456789*#ABCD";
constexpr int kSteps = 5;  // of 20 ms, each an update
constexpr int kPauseSteps = 3;
constexpr uint8_t kVolume = 10;  // -10 dBm0

}  // namespace

std::optional<TelephoneEvent> parse_event(std::span<const uint8_t> payload) {
  if (payload.size() < kEventOctets) return std::nullopt;
  return TelephoneEvent{.event = payload[0],
                        .end = (payload[1] & 0x80) != 0,
                        .volume = static_cast<uint8_t>(payload[1] & 0x3f),
                        .duration = get16(payload.data() + 2)};
}

void write_event(const TelephoneEvent& event, uint8_t* at) {
  at[0] = event.event;
  at[1] = static_cast<uint8_t>((event.end ? 0x80 : 0) | (event.volume & 0x3f));
  put16(at + 2, event.duration);
}

std::optional<uint8_t> event_of(char key) {
  const size_t at = kKeys.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<uint8_t>(at);
}

bool DigitSender::add(char key) {
  const auto event = event_of(key);
  if (!event || count_ == kMaxDigits) return false;
  queue_[(first_ + count_++) % kMaxDigits] = *event;
  return true;
}

std::optional<DigitSender::Step> DigitSender::step(uint32_t timestamp, uint32_t samples) {
  if (!playing_) {
    if (count_ == 0) return std::nullopt;
    playing_ = true;
    at_ = 0;
    began_ = timestamp;
  }
  const int now = at_++;
  if (now > kSteps) {
    if (now >= kSteps + kPauseSteps) {
      playing_ = false;
      first_ = (first_ + 1) % kMaxDigits;
      --count_;
    }
    return std::nullopt;
  }
  const bool end = now == kSteps;
  const int steps = end ? kSteps : now + 1;
  return Step{.event = {.event = queue_[first_],
                        .end = end,
                        .volume = kVolume,
                        .duration = static_cast<uint16_t>(samples * static_cast<uint32_t>(steps))},
              .marker = now == 0,
              .timestamp = began_,
              .copies = end ? 3 : 1};
}

}  // namespace phone::media
