// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A firmware image: one package of the phone's software in the container of signed files (cisco-formats.md B1), major
// version 3. The format is ours: decisions/2026-11-25-firmware-images.md. Bytes to value, and the verdict. The
// signature covers everything but itself, and the verdict needs only its digest, so that an image is never held in
// memory (image_file.hpp makes that digest).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/trust_store/files/file_header.hpp"
#include "services/trust_store/files/signature.hpp"

namespace phone::trust {

inline constexpr std::uint8_t kImageMajor = 3;
// Numbers Cisco's files have not been seen to use; readers skip unknown ones.
enum class ImageTag : std::uint8_t { kPackage = 224, kImageVersion = 225 };

// Up to eight numbers with '.' or '+' between them, as deploy/package makes them: "0.1.0+57". Missing ones count as 0.
class ImageVersion {
 public:
  static absl::StatusOr<ImageVersion> parse(std::string_view text);
  const std::string& text() const { return text_; }
  std::strong_ordering operator<=>(const ImageVersion& other) const { return numbers_ <=> other.numbers_; }
  bool operator==(const ImageVersion& other) const { return numbers_ == other.numbers_; }

 private:
  std::array<std::uint32_t, 8> numbers_{};
  std::string text_;
};

struct Image {
  FileHeader header;
  std::string package;  // "phone-media"
  ImageVersion version;
};

// `header` is exactly the header's bytes. INVALID_ARGUMENT with the cause.
absl::StatusOr<Image> parse_image(std::string_view header);

struct ImageVerdict {
  bool accepted = false;
  std::string reason;
  std::string signer;  // subject
};

// What an image is compared with on the phone it is for. A status is the cause why it cannot be read.
struct ImagePlace {
  absl::StatusOr<std::vector<crypto::Certificate>> signers;
  absl::StatusOr<std::optional<ImageVersion>> installed;  // of the image's package; nothing: it is not installed
};

// As judge_image. Without signers, or with a version that cannot be read, every image is refused, and so is one of
// another package than `package` (empty: any).
ImageVerdict judge_image_at(const ImagePlace& place, const Image& image, std::string_view signed_digest,
                            std::string_view package);

// Signed by one of the image signers this phone was made with (the trust lists do not count for its software) and not
// older than what is installed; nothing installed: any version.
ImageVerdict judge_image(const Image& image, std::string_view signed_digest,
                         const std::vector<crypto::Certificate>& signers, const std::optional<ImageVersion>& installed);

}  // namespace phone::trust
