// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/scep_fingerprint.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace phone::enrolment {
namespace {

constexpr std::string_view kSeparators = ":. -";
constexpr std::size_t kSha1Digits = 40;
constexpr std::size_t kSha256Digits = 64;

}  // namespace

absl::StatusOr<Fingerprint> parse_fingerprint(std::string_view text) {
  Fingerprint made{crypto::Digest::kSha256, {}};
  for (const char c : text) {
    if (kSeparators.find(c) != std::string_view::npos) {
      // Only between bytes: "a:b" is a typing error, not a byte.
      if (made.hex.size() % 2 != 0) return absl::InvalidArgumentError("the fingerprint has a separator within a byte");
      continue;
    }
    if (absl::ascii_isxdigit(static_cast<unsigned char>(c)) == 0 || made.hex.size() == kSha256Digits) {
      return absl::InvalidArgumentError("the fingerprint is not 40 or 64 hexadecimal digits");
    }
    made.hex += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  if (made.hex.size() == kSha1Digits) {
    made.algorithm = crypto::Digest::kSha1;
  } else if (made.hex.size() != kSha256Digits) {
    return absl::InvalidArgumentError("the fingerprint is not 40 or 64 hexadecimal digits");
  }
  return made;
}

bool matches(const Fingerprint& wanted, const crypto::Certificate& certificate) {
  return certificate.fingerprint(wanted.algorithm) == wanted.hex;
}

}  // namespace phone::enrolment
