// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// dtmf.hpp -- keys as telephone events (RFC 4733).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace phone::media {

inline constexpr size_t kEventOctets = 4;
inline constexpr size_t kMaxDigits = 32;  // waiting to be sent on a stream

struct TelephoneEvent {
  uint8_t event = 0;
  bool end = false;
  uint8_t volume = 0;     // -dBm0
  uint16_t duration = 0;  // timestamp units
};

std::optional<TelephoneEvent> parse_event(std::span<const uint8_t> payload);
void write_event(const TelephoneEvent&, uint8_t* at);
// 0-9, *, #, A-D; nothing for any other.
std::optional<uint8_t> event_of(char key);

// Sends one key after another: 100 ms of event, its end three times, 60 ms of pause. One step each 20 ms.
class DigitSender {
 public:
  // False when the queue is full or the key is invalid.
  bool add(char key);
  bool busy() const { return playing_ || count_ > 0; }

  struct Step {
    TelephoneEvent event;
    bool marker = false;
    uint32_t timestamp = 0;
    int copies = 1;  // packets to send now
  };
  // Nothing during the pause: no audio then either. `samples` is one 20 ms step in timestamp units.
  std::optional<Step> step(uint32_t timestamp, uint32_t samples);

 private:
  uint8_t queue_[kMaxDigits] = {};
  size_t first_ = 0;
  size_t count_ = 0;
  bool playing_ = false;
  int at_ = 0;
  uint32_t began_ = 0;
};

}  // namespace phone::media
