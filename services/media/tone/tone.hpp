// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// tone.hpp -- the tones of media.md 4.6 as data, and a generator for any of them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace phone::media {

inline constexpr uint32_t kAudioRate = 16000;             // of everything between devices and codecs
inline constexpr size_t kFrameSamples = kAudioRate / 50;  // 20 ms

enum class Tone : uint8_t {
  kNone = 0,
  kDial = 1,
  kRingback = 2,
  kBusy = 3,
  kReorder = 4,
  kSecure = 5,
  kNonsecure = 6,
  kPreemption = 7,
  kPrecedenceRingback = 8,
  kCallWaiting = 9,
  kRinging = 10,
  kZipZip = 11,
  kRecording = 12,
  kPrecedenceRinging = 13,
};
inline constexpr size_t kTones = 14;

struct ToneShape {
  Tone tone;
  std::string_view name;
  std::array<uint16_t, 2> hertz;  // 0: none
  int8_t dbm0;                    // of each component
  uint16_t on_ms;                 // 0: steady
  uint16_t off_ms;
  uint16_t beeps;  // 0: until stopped
};

// In the order of Tone, for a network locale ("Germany"); an unknown one has the tones of the United States.
std::span<const ToneShape> tone_table(std::string_view locale = {});
// Its name is the same everywhere.
const ToneShape& shape_of(Tone);
// The two security tones end by themselves; starting or stopping other tones does not affect them.
bool is_security_tone(Tone);
// This phone rings: the sound goes to the ringer.
constexpr bool is_ringing(Tone tone) { return tone == Tone::kRinging || tone == Tone::kPrecedenceRinging; }

// From the first beep's beginning to the last one's end; 0: until stopped.
uint32_t tone_milliseconds(const ToneShape&);

class ToneGenerator {
 public:
  void start(Tone tone, std::span<const ToneShape> table = tone_table());
  Tone playing() const { return shape_ == nullptr ? Tone::kNone : shape_->tone; }
  // Adds to what is there, with saturation. Stops by itself after the last beep.
  void mix(std::span<int16_t> into);

 private:
  const ToneShape* shape_ = nullptr;
  uint64_t at_ = 0;  // samples since start
  std::array<double, 2> phase_{};
};

}  // namespace phone::media
