// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/wav.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/lab/identity.hpp"

namespace phone::lab {
namespace {

constexpr size_t kChunkHeader = 8;

uint32_t little(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string little_bytes(uint32_t value, size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
  return bytes;
}

}  // namespace

absl::StatusOr<Sound> read_wav(const std::filesystem::path& file) {
  auto content = read_file(file);
  if (!content.ok()) return content.status();
  const std::string_view bytes = *content;
  if (!bytes.starts_with("RIFF") || bytes.size() < 12) return absl::InvalidArgumentError("not a WAV file");
  Sound sound;
  unsigned channels = 1;
  unsigned bits = 16;
  for (size_t at = 12; bytes.size() - at >= kChunkHeader;) {
    const std::string_view name = bytes.substr(at, 4);
    const size_t size = little(bytes.substr(at + 4, 4));
    at += kChunkHeader;
    if (name == "fmt " && bytes.size() - at >= 16) {
      channels = little(bytes.substr(at + 2, 2));
      sound.rate = little(bytes.substr(at + 4, 4));
      bits = little(bytes.substr(at + 14, 2));
    }
    if (name == "data") {
      if (bits != 16 || channels == 0) return absl::InvalidArgumentError("not 16-bit PCM");
      const size_t frame = 2UL * channels;
      for (; bytes.size() - at >= frame; at += frame) {
        sound.samples.push_back(static_cast<int16_t>(little(bytes.substr(at, 2))));
      }
      return sound;
    }
    if (bytes.size() - at < size) break;
    at += size + size % 2;
  }
  return absl::NotFoundError("no sound in it yet");
}

absl::Status write_tone(const std::filesystem::path& file, double hz, double seconds, double level_dbfs) {
  constexpr unsigned kRate = 8000;
  const double peak = 32767.0 * std::pow(10.0, level_dbfs / 20.0);
  const auto count = static_cast<uint32_t>(seconds * kRate);
  std::string data;
  for (uint32_t i = 0; i < count; ++i) {
    const double value = peak * std::sin(2.0 * std::numbers::pi * hz * i / kRate);
    data += little_bytes(static_cast<uint32_t>(static_cast<int32_t>(std::lround(value))), 2);
  }
  const auto size = static_cast<uint32_t>(data.size());
  const std::string format = little_bytes(1, 2) + little_bytes(1, 2) + little_bytes(kRate, 4) +
                             little_bytes(kRate * 2, 4) + little_bytes(2, 2) + little_bytes(16, 2);
  return write_file(file, "RIFF" + little_bytes(36 + size, 4) + "WAVEfmt " + little_bytes(16, 4) + format + "data" +
                              little_bytes(size, 4) + data);
}

}  // namespace phone::lab
