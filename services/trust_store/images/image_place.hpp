// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Reads what an image is compared with on the phone it is for: the image signers and the installed version.
#pragma once

#include <filesystem>
#include <string>

#include "services/trust_store/images/image.hpp"

namespace phone::trust {

// Below the root of the phone's file system.
inline constexpr char kImageSigners[] = "etc/phone/image-signers.pem";
inline constexpr char kVersions[] = "usr/lib/phone/versions";

// PERMISSION_DENIED in either part with the cause for people.
ImagePlace read_image_place(const std::filesystem::path& root, const std::string& package);

}  // namespace phone::trust
