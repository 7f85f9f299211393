// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// user_sound.hpp -- what the user speaks and listens with, how loud, what the phone rings on, and whether the
// microphone is off. A machine: what follows for the tick is a SoundOrder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace phone::media {

enum class Transducer : uint8_t { kHandset, kHeadset, kSpeaker };
inline constexpr size_t kTransducers = 3;

enum class SoundDevice : uint8_t { kHandset, kHeadset, kSpeaker, kRinger };
inline constexpr size_t kSoundDevices = 4;

inline constexpr uint32_t kLoudest = 10;
inline constexpr uint8_t kUsualLevel = 7;  // as loud as it came

// Kept on flash.
struct SoundSettings {
  std::array<uint8_t, kSoundDevices> volume{kUsualLevel, kUsualLevel, kUsualLevel, kUsualLevel};
  Transducer ringer = Transducer::kSpeaker;
  bool operator==(const SoundSettings&) const = default;
};
std::string write_settings(const SoundSettings& settings);
// Nothing for text that write_settings() did not make.
std::optional<SoundSettings> read_settings(std::string_view text);

// What policy has turned off (F38).
struct DisabledDevices {
  bool handset = false;
  bool headset = false;
  bool speaker = false;  // the speakerphone; the phone still rings on its loudspeaker
};

// 3 dB a level. Level 0 silences the ringer; a voice stays audible.
float gain_of(SoundDevice device, uint32_t level);

struct SoundOrder {
  float gain = 1;  // of calls and their tones
  float ring_gain = 1;
  bool usable = true;       // false: policy has left no device, so nothing is heard and nothing is said
  bool hands_free = false;  // the microphone hears the loudspeaker
  bool operator==(const SoundOrder&) const = default;
};

class UserSound {
 public:
  // FAILED_PRECONDITION, with the name of the setting, for what policy has turned off.
  absl::Status select(Transducer transducer);
  absl::Status select_ringer(Transducer transducer);
  // INVALID_ARGUMENT above kLoudest.
  absl::Status set_volume(SoundDevice device, uint32_t level);
  // A device that is turned off while it is in use gives way to the first one that is not.
  void follow(const DisabledDevices& disabled);
  void restore(const SoundSettings& settings);

  Transducer transducer() const { return transducer_; }
  const SoundSettings& settings() const { return settings_; }
  SoundOrder order() const;

 private:
  bool disabled(Transducer transducer) const;

  Transducer transducer_ = Transducer::kHandset;
  SoundSettings settings_;
  DisabledDevices disabled_;
};

}  // namespace phone::media
