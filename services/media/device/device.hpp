// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// device.hpp -- where sound comes from and goes to. The tick calls capture() and play(), which never block, allocate or
// lock; files and sound cards have a thread of their own behind them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "services/media/tone/tone.hpp"

namespace phone::media {

class Device {
 public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;
  // Called when the first stream or tone begins and when the last has ended.
  virtual void begin() {}
  virtual void end() {}
  // Exactly kFrameSamples; silence when there is nothing.
  virtual void capture(std::span<int16_t> frame) = 0;
  virtual void play(std::span<const int16_t> frame) = 0;
  // What was captured until now is not for the stream that asks next.
  virtual void drop_captured() {}
};

struct DeviceOptions {
  std::string device = "null";     // "null", "file", "alsa:NAME"
  std::filesystem::path capture;   // a WAV file that is read in a loop; none: silence
  std::filesystem::path playback;  // a WAV file that grows while it is written; none: not kept
};
// UNAVAILABLE for a sound card that is absent now.
absl::StatusOr<std::unique_ptr<Device>> open_device(const DeviceOptions&);
bool is_sound_card(const DeviceOptions&);

}  // namespace phone::media
