// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "services/media/codec/codec.hpp"

namespace phone::media {

// 64 kbit/s, mode 1 (ITU-T G.722).
absl::StatusOr<std::unique_ptr<Encoder>> make_g722_encoder();
absl::StatusOr<std::unique_ptr<Decoder>> make_g722_decoder();

}  // namespace phone::media
