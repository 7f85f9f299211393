// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/images/image.hpp"

#include <algorithm>
#include <bitset>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/tlv/reader.hpp"
#include "services/trust_store/files/roles.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kLongestVersion = 64;
constexpr std::size_t kLongestPackage = 64;
constexpr int kShortestKey = 2048;  // no image is older than this software: no weaker key needs to be honoured

absl::Status fault(std::string text) { return absl::InvalidArgumentError(absl::StrCat("image: ", text)); }

// A package name becomes part of a path: Debian's alphabet, and "phone-" in front.
bool is_package(std::string_view name) {
  return name.size() <= kLongestPackage && name.starts_with("phone-") && name.size() > 6 &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
         });
}

absl::StatusOr<ImageVersion> version_in(std::string_view value) {
  auto text = tlv::text(value);
  if (!text.ok()) return text.status();
  return ImageVersion::parse(*text);
}

absl::Status store(const tlv::Element& element, Image& image, std::bitset<256>& seen) {
  const auto tag = static_cast<ImageTag>(element.tag);
  if (tag != ImageTag::kPackage && tag != ImageTag::kImageVersion) return absl::OkStatus();
  if (seen.test(element.tag)) return fault(absl::StrCat("element ", element.tag, " is present twice"));
  seen.set(element.tag);
  if (tag == ImageTag::kImageVersion) {
    auto version = version_in(element.value);
    if (!version.ok()) return fault(std::string(version.status().message()));
    image.version = *std::move(version);
    return absl::OkStatus();
  }
  auto package = tlv::text(element.value);
  if (!package.ok()) return fault(std::string(package.status().message()));
  if (!is_package(*package)) return fault(absl::StrCat("\"", printable(*package), "\" is not a package of this phone"));
  image.package = std::string(*package);
  return absl::OkStatus();
}

std::string named(const Image& image) { return absl::StrCat(image.package, " ", image.version.text()); }

ImageVerdict refused(const Image& image, std::string reason) {
  return {false, absl::StrCat("image ", named(image), ": ", reason), printable(image.header.signer_name)};
}

}  // namespace

absl::StatusOr<ImageVersion> ImageVersion::parse(std::string_view text) {
  const auto bad = [&] {
    return absl::InvalidArgumentError(absl::StrCat("\"", printable(text), "\" is not a version"));
  };
  if (text.empty() || text.size() > kLongestVersion) return bad();
  ImageVersion version;
  version.text_ = std::string(text);
  std::size_t index = 0;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.' || c == '+') {
      if (digits == 0 || ++index == version.numbers_.size()) return bad();
      digits = 0;
      continue;
    }
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c)) || ++digits > 9) return bad();
    version.numbers_[index] = version.numbers_[index] * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (digits == 0) return bad();
  return version;
}

absl::StatusOr<Image> parse_image(std::string_view header) {
  if (!header.starts_with(std::string_view("\x01\x00\x02", 3))) {  // VERSION, as of every signed file
    return absl::InvalidArgumentError("this is not a signed image (.deb.sgn)");
  }
  auto parsed = parse_header(header);
  if (!parsed.ok()) return parsed.status();
  if (parsed->length != header.size()) return fault("there are bytes after the header");
  if (parsed->version.major != kImageMajor) return fault(absl::StrCat("version ", to_string(parsed->version)));
  if (parsed->encrypted) return fault("images are not encrypted");
  if (parsed->digest != crypto::Digest::kSha512) return fault("not signed with SHA-512");
  Image image{*std::move(parsed), {}, {}};
  std::bitset<256> seen;
  tlv::Reader reader(header, 10);  // the header's own parser has proven that elements and padding tile it
  while (!reader.at_end()) {
    if (reader.peek() == static_cast<std::uint8_t>(HeaderTag::kPadding)) {
      if (auto padding = reader.take(1); !padding.ok()) return padding.status();
      continue;
    }
    auto element = reader.next();
    if (!element.ok()) return element.status();
    if (absl::Status status = store(*element, image, seen); !status.ok()) return status;
  }
  if (image.package.empty() || image.version.text().empty()) return fault("the package name or version is missing");
  return image;
}

ImageVerdict judge_image(const Image& image, std::string_view signed_digest,
                         const std::vector<crypto::Certificate>& signers,
                         const std::optional<ImageVersion>& installed) {
  const auto signer = std::find_if(signers.begin(), signers.end(), [&](const crypto::Certificate& each) {
    return each.serial() == image.header.signer_serial;
  });
  if (signer == signers.end()) {
    return refused(image,
                   absl::StrCat("signer ", claimed_signer(image.header), " is not an image signer of this phone"));
  }
  const crypto::PublicKey& key = signer->public_key();
  if (!key.is_rsa() || key.bits() != image.header.modulus_bits || key.bits() < kShortestKey) {
    return refused(image, absl::StrCat("signer ", describe(*signer), " has ", key.describe(),
                                       "; images need RSA 2048 or more, as the header states"));
  }
  if (!key.verify_digest(image.header.digest, signed_digest, image.header.signature)) {
    return refused(image, absl::StrCat("the signature does not verify with the key of ", describe(*signer)));
  }
  if (installed.has_value() && image.version < *installed) {
    return refused(image, absl::StrCat("older than ", installed->text(), ", which is installed"));
  }
  return {true, absl::StrCat("image ", named(image), " is signed by ", describe(*signer)),
          printable(signer->subject())};
}

ImageVerdict judge_image_at(const ImagePlace& place, const Image& image, std::string_view signed_digest,
                            std::string_view package) {
  if (!place.signers.ok()) return {false, std::string(place.signers.status().message()), {}};
  if (!place.installed.ok()) return {false, std::string(place.installed.status().message()), {}};
  auto verdict = judge_image(image, signed_digest, *place.signers, *place.installed);
  // Its package name counts only once its signature is verified.
  if (verdict.accepted && !package.empty() && image.package != package) {
    verdict.accepted = false;
    verdict.reason = absl::StrCat("the image is of ", printable(image.package), ", not of ", printable(package));
  }
  return verdict;
}

}  // namespace phone::trust
