// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace phone::gateway::web {

// The files of the application, read once at start: afterwards the process needs no file.
struct SiteFile {
  std::string_view type;  // "text/html; charset=utf-8"
  std::string content;
};
using Site = std::map<std::string, SiteFile, std::less<>>;  // by path: "/index.html"

// Regular files directly in `directory` whose names end in a known way. RESOURCE_EXHAUSTED above 32 files or 2 MiB;
// NOT_FOUND without the directory.
absl::StatusOr<Site> read_site(const std::filesystem::path& directory);

}  // namespace phone::gateway::web
