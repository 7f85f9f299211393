// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/status/status.h"
#include "common/mesh/process/paths.hpp"
#include "services/media/device/device.hpp"

namespace phone::media {

// What this process may still do, before it reads its first hostile byte. The unit takes away the rest.
// Between the two the sound device is opened: its threads and its plugins are there before calls are confined.
absl::Status confine_files(const mesh::Paths& paths, const DeviceOptions& device);
absl::Status confine_calls(const mesh::Paths& paths, const DeviceOptions& device);

}  // namespace phone::media
