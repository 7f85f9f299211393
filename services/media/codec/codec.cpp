// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/codec.hpp"

#include <strings.h>

#include <array>

#include "services/media/codec/codec_g711.hpp"
#include "services/media/codec/codec_opus.hpp"

namespace phone::media {
namespace {

constexpr std::array<CodecShape, 3> kCodecs{{
    {CodecKind::kPcmu, "PCMU", 8000},
    {CodecKind::kPcma, "PCMA", 8000},
    {CodecKind::kOpus, "opus", 48000},
}};

}  // namespace

const CodecShape* find_codec(std::string_view name, uint32_t clock_rate) {
  for (const CodecShape& shape : kCodecs) {
    const bool same_name =
        shape.name.size() == name.size() && strncasecmp(shape.name.data(), name.data(), name.size()) == 0;
    if (same_name && shape.clock_rate == clock_rate) return &shape;
  }
  return nullptr;
}

const CodecShape& shape_of(CodecKind kind) { return kCodecs[static_cast<size_t>(kind)]; }

absl::StatusOr<std::unique_ptr<Encoder>> make_encoder(CodecKind kind) {
  return kind == CodecKind::kOpus ? make_opus_encoder() : make_g711_encoder(kind);
}

absl::StatusOr<std::unique_ptr<Decoder>> make_decoder(CodecKind kind) {
  return kind == CodecKind::kOpus ? make_opus_decoder() : make_g711_decoder(kind);
}

}  // namespace phone::media
