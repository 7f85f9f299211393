// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What an image is held against on the phone it is for: who may sign images there, and what is installed.
#pragma once

#include <filesystem>
#include <string_view>

#include "services/trust_store/images/image.hpp"

namespace phone::trust {

// Below the root of the phone's file system.
inline constexpr char kImageSigners[] = "etc/phone/image-signers.pem";
inline constexpr char kVersions[] = "usr/lib/phone/versions";

// As judge_image; an image of another package than `package` (empty: any) is refused; without signers, or with a
// version that cannot be read, everything is refused.
ImageVerdict judge_image_at(const std::filesystem::path& root, const Image& image, std::string_view signed_digest,
                            std::string_view package);

}  // namespace phone::trust
