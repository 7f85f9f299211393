// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "services/media/codec/codec.hpp"

namespace phone::media {

// Wideband mono, complexity 5, in-band FEC for 10 % loss (media.md section 3).
absl::StatusOr<std::unique_ptr<Encoder>> make_opus_encoder(bool leaves_out_silence);
absl::StatusOr<std::unique_ptr<Decoder>> make_opus_decoder();

}  // namespace phone::media
