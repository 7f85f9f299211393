// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "services/media/device/device.hpp"

namespace phone::media {

// A sound card or any ALSA plug-in by name. Two threads of its own; its clock is not the tick's, the rings take up the
// difference.
absl::StatusOr<std::unique_ptr<Device>> open_alsa(const std::string& name);

}  // namespace phone::media
