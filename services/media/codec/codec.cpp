// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/codec.hpp"

#include <strings.h>

#include <array>

#include "services/media/codec/codec_g711.hpp"
#include "services/media/codec/codec_g722.hpp"
#include "services/media/codec/codec_opus.hpp"

namespace phone::media {
namespace {

constexpr std::array<CodecShape, kCodecs> kShapes{{
    {CodecKind::kPcmu, "PCMU", 8000},
    {CodecKind::kPcma, "PCMA", 8000},
    {CodecKind::kOpus, "opus", 48000},
    {CodecKind::kG722, "G722", 8000},  // RFC 3551 section 4.5.2: samples at 16 kHz, clock of 8 kHz
}};

}  // namespace

const CodecShape* find_codec(std::string_view name, uint32_t clock_rate) {
  for (const CodecShape& shape : kShapes) {
    const bool same_name =
        shape.name.size() == name.size() && strncasecmp(shape.name.data(), name.data(), name.size()) == 0;
    if (same_name && shape.clock_rate == clock_rate) return &shape;
  }
  return nullptr;
}

const CodecShape& shape_of(CodecKind kind) { return kShapes[static_cast<size_t>(kind)]; }

absl::StatusOr<std::unique_ptr<Encoder>> make_encoder(CodecKind kind, bool leaves_out_silence) {
  switch (kind) {
    case CodecKind::kOpus:
      return make_opus_encoder(leaves_out_silence);
    case CodecKind::kG722:
      return make_g722_encoder();
    case CodecKind::kPcmu:
    case CodecKind::kPcma:
      break;
  }
  return make_g711_encoder(kind);
}

absl::StatusOr<std::unique_ptr<Decoder>> make_decoder(CodecKind kind) {
  switch (kind) {
    case CodecKind::kOpus:
      return make_opus_decoder();
    case CodecKind::kG722:
      return make_g722_decoder();
    case CodecKind::kPcmu:
    case CodecKind::kPcma:
      break;
  }
  return make_g711_decoder(kind);
}

}  // namespace phone::media
