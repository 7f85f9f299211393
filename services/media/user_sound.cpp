// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/user_sound.hpp"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace phone::media {
namespace {

constexpr double kDbEach = 3;
constexpr std::array<Transducer, kTransducers> kAll{Transducer::kHandset, Transducer::kHeadset, Transducer::kSpeaker};

absl::Status disabled_by(const char* device, const char* setting) {
  return absl::FailedPreconditionError(
      absl::StrCat("the ", device, " is disabled by the configuration (", setting, ")"));
}

absl::Status refusal_of(Transducer transducer) {
  switch (transducer) {
    case Transducer::kHandset:
      return disabled_by("handset", "disableHandset");
    case Transducer::kHeadset:
      return disabled_by("headset", "disableSpeakerAndHeadset");
    case Transducer::kSpeaker:
      return disabled_by("speakerphone", "disableSpeaker");
  }
  return absl::OkStatus();
}

// The number that `text` begins with, which is taken off it, with the space before it.
std::optional<uint32_t> take_number(std::string_view& text, uint32_t most) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > most) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

}  // namespace

std::string write_settings(const SoundSettings& settings) {
  std::string text;
  for (const uint8_t level : settings.volume) absl::StrAppend(&text, level, " ");
  absl::StrAppend(&text, static_cast<unsigned>(settings.ringer));
  return text;
}

std::optional<SoundSettings> read_settings(std::string_view text) {
  SoundSettings settings;
  for (uint8_t& kept : settings.volume) {
    const auto level = take_number(text, kLoudest);
    if (!level) return std::nullopt;
    kept = static_cast<uint8_t>(*level);
  }
  const auto ringer = take_number(text, kTransducers - 1);
  if (!ringer || !text.empty()) return std::nullopt;
  settings.ringer = kAll[*ringer];
  return settings;
}

float gain_of(SoundDevice device, uint32_t level) {
  if (device == SoundDevice::kRinger && level == 0) return 0;
  if (level == kUsualLevel) return 1;
  return static_cast<float>(std::pow(10.0, kDbEach * (static_cast<double>(level) - kUsualLevel) / 20));
}

bool UserSound::disabled(Transducer transducer) const {
  switch (transducer) {
    case Transducer::kHandset:
      return disabled_.handset;
    case Transducer::kHeadset:
      return disabled_.headset;
    case Transducer::kSpeaker:
      return disabled_.speaker;
  }
  return true;
}

absl::Status UserSound::select(Transducer transducer) {
  if (disabled(transducer)) return refusal_of(transducer);
  transducer_ = transducer;
  return absl::OkStatus();
}

absl::Status UserSound::select_ringer(Transducer transducer) {
  if (transducer != Transducer::kSpeaker && disabled(transducer)) return refusal_of(transducer);
  settings_.ringer = transducer;
  return absl::OkStatus();
}

absl::Status UserSound::set_volume(SoundDevice device, uint32_t level) {
  if (level > kLoudest) return absl::InvalidArgumentError("volume: the level must be 0 to 10");
  settings_.volume[static_cast<size_t>(device)] = static_cast<uint8_t>(level);
  return absl::OkStatus();
}

void UserSound::follow(const DisabledDevices& disabled_devices) {
  disabled_ = disabled_devices;
  if (disabled(settings_.ringer)) settings_.ringer = Transducer::kSpeaker;
  if (!disabled(transducer_)) return;
  for (const Transducer other : kAll) {
    if (select(other).ok()) return;
  }
}

void UserSound::restore(const SoundSettings& settings) { settings_ = settings; }

SoundOrder UserSound::order() const {
  const auto in_use = static_cast<SoundDevice>(transducer_);
  return {.gain = gain_of(in_use, settings_.volume[static_cast<size_t>(in_use)]),
          .ring_gain = gain_of(SoundDevice::kRinger, settings_.volume[static_cast<size_t>(SoundDevice::kRinger)]),
          .usable = !disabled(transducer_),
          .hands_free = transducer_ == Transducer::kSpeaker};
}

}  // namespace phone::media
