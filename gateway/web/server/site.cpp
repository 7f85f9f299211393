// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/server/site.hpp"

#include <absl/strings/str_cat.h>

#include <array>
#include <cstddef>
#include <system_error>

#include "common/flash/file.hpp"

namespace phone::gateway::web {
namespace {

constexpr std::size_t kMostFiles = 32;
constexpr std::size_t kMostBytes = std::size_t{2} * 1024 * 1024;

struct Row {
  std::string_view extension, type;
};
constexpr std::array kTypes = {
    Row{".html", "text/html; charset=utf-8"}, Row{".js", "text/javascript; charset=utf-8"},
    Row{".css", "text/css; charset=utf-8"},   Row{".svg", "image/svg+xml"},
    Row{".txt", "text/plain; charset=utf-8"},
};

std::string_view type_of(const std::filesystem::path& file) {
  for (const Row& row : kTypes) {
    if (file.extension() == row.extension) return row.type;
  }
  return {};
}

}  // namespace

absl::StatusOr<Site> read_site(const std::filesystem::path& directory) {
  Site site;
  std::size_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string_view type = type_of(entry.path());
    std::error_code ignored;
    if (type.empty() || !entry.is_regular_file(ignored)) continue;
    if (site.size() == kMostFiles) return absl::ResourceExhaustedError("too many files");
    absl::StatusOr<std::string> content = flash::read(entry.path(), kMostBytes);
    if (!content.ok()) return content.status();
    bytes += content->size();
    if (bytes > kMostBytes) return absl::ResourceExhaustedError("the files are too large");
    site.emplace("/" + entry.path().filename().string(), SiteFile{type, *std::move(content)});
  }
  if (error) return absl::NotFoundError(absl::StrCat(directory.string(), ": ", error.message()));
  return site;
}

}  // namespace phone::gateway::web
