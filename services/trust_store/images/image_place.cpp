// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/images/image_place.hpp"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"
#include "services/trust_store/files/roles.hpp"

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

ImageVerdict no(const absl::Status& status) { return {false, std::string(status.message()), {}}; }

}  // namespace

ImageVerdict judge_image_at(const fs::path& root, const Image& image, std::string_view signed_digest,
                            std::string_view package) {
  const auto signers = image_signers(root);
  if (!signers.ok()) return no(signers.status());
  const auto installed = installed_version(root, image.package);
  if (!installed.ok()) return no(installed.status());
  auto verdict = judge_image(image, signed_digest, *signers, *installed);
  // What an image says it is counts once its signature does.
  if (verdict.accepted && !package.empty() && image.package != package) {
    verdict.accepted = false;
    verdict.reason = absl::StrCat("the image is of ", printable(image.package), ", not of ", printable(package));
  }
  return verdict;
}

}  // namespace phone::trust
