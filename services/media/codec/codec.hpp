// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// codec.hpp -- between 20 ms of 16 kHz audio and RTP payloads. Made on the actor's thread; encode and decode allocate
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"

namespace phone::media {

enum class CodecKind : uint8_t { kPcmu, kPcma, kOpus, kG722 };
inline constexpr size_t kCodecs = 4;

inline constexpr size_t kMaxDecodedSamples = 3200;  // 200 ms at 16 kHz; a packet of G.711 has at most 182
inline constexpr size_t kSilenceOctets = 2;         // an Opus packet this short or shorter need not be sent (DTX)

struct CodecShape {
  CodecKind kind;
  std::string_view name;  // as in a=rtpmap, compared without case
  uint32_t clock_rate;
};
const CodecShape* find_codec(std::string_view name, uint32_t clock_rate);
const CodecShape& shape_of(CodecKind);

class Encoder {
 public:
  virtual ~Encoder() = default;
  // `audio` is kFrameSamples long. Returns octets written, 0 on failure. Up to kSilenceOctets: silence that a receiver
  // makes by itself.
  virtual size_t encode(std::span<const int16_t> audio, std::span<uint8_t> payload) = 0;
  // Forgets all audio it was given: lookahead, filters, redundancy. Nothing of it is in a later payload.
  virtual void reset() = 0;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Samples at 16 kHz written to `audio` (kMaxDecodedSamples long), 0 for an invalid payload.
  virtual size_t decode(std::span<const uint8_t> payload, std::span<int16_t> audio) = 0;
  // One frame in place of a lost one; `following` is the packet after it or empty.
  virtual size_t conceal(std::span<const uint8_t> following, std::span<int16_t> audio) = 0;
};

// `leaves_out_silence`: Opus DTX (RFC 7587 section 3.1.3); the others send each frame whatever it says.
absl::StatusOr<std::unique_ptr<Encoder>> make_encoder(CodecKind, bool leaves_out_silence = false);
absl::StatusOr<std::unique_ptr<Decoder>> make_decoder(CodecKind);

}  // namespace phone::media
