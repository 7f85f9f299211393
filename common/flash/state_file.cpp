// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/state_file.hpp"

#include <string.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_format.h"
#include "common/flash/crc32.hpp"
#include "common/flash/file.hpp"
#include "common/log/log.hpp"

namespace phone::flash {
namespace {

// "phone-state 1 1a2b3c4d\n"; another layout gets another number.
std::string first_line(std::string_view content) {
  return absl::StrFormat("phone-state 1 %08x\n", crc32(content.data(), content.size()));
}

}  // namespace

absl::Status write_state(const std::filesystem::path& file, std::string_view content) {
  // The state may be a secret: this copy is wiped as soon as it is written, and is made in one piece.
  std::string whole;
  const std::string first = first_line(content);
  whole.reserve(first.size() + content.size());
  whole.append(first).append(content);
  auto written = write(file, whole);
  explicit_bzero(whole.data(), whole.size());
  return written;
}

std::optional<std::string> read_state(const std::filesystem::path& file, std::size_t limit) {
  auto bytes = read(file, limit + first_line({}).size());
  if (absl::IsNotFound(bytes.status())) return std::nullopt;
  std::string why(bytes.status().message());
  if (bytes.ok()) {
    const size_t end = bytes->find('\n');
    std::string content = end == std::string::npos ? std::string() : bytes->substr(end + 1);
    const absl::Cleanup wipe = [&] { explicit_bzero(bytes->data(), bytes->size()); };
    if (end != std::string::npos && bytes->substr(0, end + 1) == first_line(content)) return content;
    why = "its checksum does not match";
  }
  log::error("a state file is damaged and ignored", {{"file", file.string()}, {"why", why}});
  return std::nullopt;
}

}  // namespace phone::flash
