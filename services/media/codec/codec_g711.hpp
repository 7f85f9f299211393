// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "services/media/codec/codec.hpp"

namespace phone::media {

absl::StatusOr<std::unique_ptr<Encoder>> make_g711_encoder(CodecKind);
// Conceals with spandsp's pitch repetition (ITU-T G.711 appendix I in spirit).
absl::StatusOr<std::unique_ptr<Decoder>> make_g711_decoder(CodecKind);

}  // namespace phone::media
