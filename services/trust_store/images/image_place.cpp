// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/images/image_place.hpp"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"

namespace phone::trust {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestSigners = 256 * 1024;
constexpr std::size_t kLongestVersionFile = 128;

absl::Status refused(std::string text) { return absl::PermissionDeniedError(text); }

absl::StatusOr<std::vector<crypto::Certificate>> image_signers(const fs::path& root) {
  const auto pem = flash::read(root / kImageSigners, kLargestSigners);
  if (absl::IsNotFound(pem.status())) {
    return refused(absl::StrCat("this phone has no image signers (", (root / kImageSigners).string(), ")"));
  }
  if (!pem.ok()) return refused(absl::StrCat("image signers: ", std::string(pem.status().message())));
  auto certificates = crypto::certificates_from_pem(*pem);
  if (!certificates.ok()) return refused(absl::StrCat("image signers: ", std::string(certificates.status().message())));
  return certificates;
}

absl::StatusOr<std::optional<ImageVersion>> installed_version(const fs::path& root, const std::string& package) {
  const auto text = flash::read(root / kVersions / package, kLongestVersionFile);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  if (!text.ok()) return refused(absl::StrCat("installed version: ", std::string(text.status().message())));
  auto version = ImageVersion::parse(std::string(absl::StripAsciiWhitespace(*text)));
  if (!version.ok()) return refused(absl::StrCat("installed version: ", std::string(version.status().message())));
  return *std::move(version);
}

}  // namespace

ImagePlace read_image_place(const fs::path& root, const std::string& package) {
  return {image_signers(root), installed_version(root, package)};
}

}  // namespace phone::trust
