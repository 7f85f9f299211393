// Puts one signed image on this phone: judged first, written afterwards.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace phone::trust {

struct InstallOrder {
  std::filesystem::path image;
  std::filesystem::path root = "/";
};

// Below `root`.
inline constexpr char kImageSigners[] = "etc/phone/image-signers.pem";
inline constexpr char kVersions[] = "usr/lib/phone/versions";
inline constexpr char kIncoming[] = "var/lib/phone-images";

// What was installed, for people. PERMISSION_DENIED: the image is refused, and nothing was written anywhere. DATA_LOSS:
// it changed while it was read; nothing is left of it. ABORTED: dpkg did not take the package.
absl::StatusOr<std::string> install(const InstallOrder& order);

}  // namespace phone::trust
