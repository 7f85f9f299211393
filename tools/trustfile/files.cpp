// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/trustfile/files.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"
#include "services/trust_store/files/file_header.hpp"
#include "services/trust_store/images/image.hpp"

namespace phone::trustfile {
namespace {

std::optional<trust::ListKind> kind_by_prefix(std::string_view name) {
  const std::string start = absl::AsciiStrToUpper(std::string(name.substr(0, 3)));
  if (start == "CTL") return trust::ListKind::kCtl;
  if (start == "ITL") return trust::ListKind::kItl;
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::string> read(const Path& file, std::size_t limit) { return flash::read(file, limit); }

absl::Status write(const Path& file, std::string_view content) {
  const Path directory = file.has_parent_path() ? file.parent_path() : Path(".");
  return flash::write(directory / file.filename(), content);
}

std::optional<trust::ListKind> list_kind(const Path& file, std::string_view content) {
  const auto header = trust::parse_header(content);
  if (file.extension() == ".tlv") {
    const auto kind = kind_by_prefix(file.filename().string());
    if (kind.has_value()) return kind;
    return header.ok() ? kind_by_prefix(header->file_name).value_or(trust::ListKind::kItl) : trust::ListKind::kItl;
  }
  if (!header.ok() || !header->file_name.ends_with(".tlv")) return std::nullopt;
  return kind_by_prefix(header->file_name);
}

bool is_image(std::string_view start) {
  return start.size() >= 4 && start.substr(0, 3) == std::string_view("\x01\x00\x02", 3) &&
         static_cast<std::uint8_t>(start[3]) == trust::kImageMajor;
}

std::string device_of(std::string_view file_name) {
  if (kind_by_prefix(file_name).has_value()) file_name.remove_prefix(3);
  constexpr std::size_t kLength = 15;  // SEP and twelve hex digits
  if (file_name.size() < kLength || !file_name.starts_with("SEP")) return {};
  const std::string_view mac = file_name.substr(3, kLength - 3);
  const bool digits =
      std::all_of(mac.begin(), mac.end(), [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); });
  return digits ? std::string(file_name.substr(0, kLength)) : std::string();
}

std::string time_text(absl::Time time) { return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone()); }

}  // namespace phone::trustfile
