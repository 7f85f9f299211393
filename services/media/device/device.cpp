// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/device/device.hpp"

#include "absl/strings/str_cat.h"
#include "services/media/device/device_alsa.hpp"
#include "services/media/device/device_file.hpp"

namespace phone::media {
namespace {
constexpr std::string_view kAlsa = "alsa:";
}

bool is_sound_card(const DeviceOptions& options) { return options.device.starts_with(kAlsa); }

absl::StatusOr<std::unique_ptr<Device>> open_device(const DeviceOptions& options) {
  if (options.device == "null") return std::make_unique<NullDevice>();
  if (options.device == "file") return FileDevice::open(options);
  if (is_sound_card(options)) return open_alsa(options.device.substr(kAlsa.size()));
  return absl::InvalidArgumentError(absl::StrCat("unknown device: ", options.device));
}

}  // namespace phone::media
