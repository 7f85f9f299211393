// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/device/wav.hpp"

#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"

namespace phone::media {
namespace {

uint32_t little(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) value |= uint32_t{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
  return value;
}

struct Format {
  uint32_t channels;
  uint32_t rate;
};

std::optional<Format> read_format(std::string_view chunk) {
  constexpr uint32_t kPcm = 1, kExtensible = 0xfffe;
  if (chunk.size() < 16) return std::nullopt;
  const uint32_t kind = little(chunk, 0, 2);
  const Format format{little(chunk, 2, 2), little(chunk, 4, 4)};
  if ((kind != kPcm && kind != kExtensible) || little(chunk, 14, 2) != 16) return std::nullopt;
  if (format.channels < 1 || format.channels > 2 || format.rate < 8000 || format.rate > 48000) return std::nullopt;
  return format;
}

}  // namespace

absl::StatusOr<Wav> parse_wav(std::string_view bytes) {
  if (bytes.size() > kMaxWavOctets) return absl::InvalidArgumentError("the WAV file is too large");
  if (bytes.size() < 12 || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE") {
    return absl::InvalidArgumentError("not a WAV file");
  }
  std::optional<Format> format;
  for (size_t at = 12; at + 8 <= bytes.size();) {
    const std::string_view name = bytes.substr(at, 4);
    const std::string_view chunk = bytes.substr(at + 8).substr(0, little(bytes, at + 4, 4));
    if (name == "fmt ") {
      format = read_format(chunk);
      if (!format) return absl::InvalidArgumentError("the WAV file must be 16-bit PCM, 1 or 2 channels, 8 to 48 kHz");
    } else if (name == "data") {
      if (!format) return absl::InvalidArgumentError("the WAV file has audio before its format");
      Wav wav{.rate = format->rate, .samples = {}};
      const size_t step = size_t{2} * format->channels;
      wav.samples.reserve(chunk.size() / step);
      for (size_t i = 0; i + step <= chunk.size(); i += step) {
        wav.samples.push_back(static_cast<int16_t>(little(chunk, i, 2)));
      }
      if (wav.samples.empty()) return absl::InvalidArgumentError("the WAV file contains no audio");
      return wav;
    }
    at += 8 + chunk.size() + (chunk.size() & 1);
  }
  return absl::InvalidArgumentError("the WAV file contains no audio");
}

std::array<uint8_t, kWavHeaderOctets> wav_header(uint32_t rate, uint32_t samples) {
  std::array<uint8_t, kWavHeaderOctets> header{};
  const auto put = [&](size_t at, uint32_t value, size_t count) {
    for (size_t i = 0; i < count; ++i) header[at + i] = static_cast<uint8_t>(value >> (8 * i));
  };
  std::memcpy(header.data(), "RIFF", 4);
  put(4, 36 + samples * 2, 4);
  std::memcpy(header.data() + 8, "WAVEfmt ", 8);
  put(16, 16, 4);
  put(20, 1, 2);
  put(22, 1, 2);
  put(24, rate, 4);
  put(28, rate * 2, 4);
  put(32, 2, 2);
  put(34, 16, 2);
  std::memcpy(header.data() + 36, "data", 4);
  put(40, samples * 2, 4);
  return header;
}

}  // namespace phone::media
