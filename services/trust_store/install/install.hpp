// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Puts one signed image on this phone: judged first, written afterwards.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/trust_store/images/image_place.hpp"

namespace phone::trust {

struct InstallOrder {
  std::filesystem::path image;
  std::filesystem::path root = "/";
  std::string package;  // it must be this one; empty: any
};

// Below `root`.
inline constexpr char kIncoming[] = "var/lib/phone-images";

// What trust_store is asked about an image, and its verdict: nothing where no trust_store runs.
struct ImageQuestion {
  std::string name, header, signed_digest, package;
};
using AskTrustStore = std::function<absl::StatusOr<std::optional<ImageVerdict>>(const ImageQuestion&)>;

// Judged by the rules here and, for the record, by the running trust_store; either can refuse. Where none answers only
// the rules decide, since it may be trust_store that needs the image, and the answer says so. Returns what was
// installed, for people. PERMISSION_DENIED: the image is refused, and nothing was written anywhere. DATA_LOSS:
// it changed while it was read; nothing is left of it. ABORTED: dpkg did not take the package.
absl::StatusOr<std::string> install(const InstallOrder& order, const AskTrustStore& ask);

}  // namespace phone::trust
