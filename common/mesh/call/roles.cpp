// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/call/roles.hpp"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <fstream>
#include <vector>

#include "common/mesh/call/method_table.hpp"
#include "common/text/text.hpp"

namespace phone::mesh {
namespace {

constexpr size_t kMaxFile = 64 * 1024;

}  // namespace

std::string role_name(Role role) {
  for (const RoleRow& row : role_table()) {
    if (row.number == role) return std::string(row.name);
  }
  return "unknown";
}

std::optional<Role> role_of_name(std::string_view name) {
  for (const RoleRow& row : role_table()) {
    if (row.name == name) return static_cast<Role>(row.number);
  }
  return std::nullopt;
}

absl::StatusOr<Roles> Roles::parse(std::string_view table) {
  Roles roles;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text::to_absl(table), '\n')) {
    ++number;
    line = line.substr(0, line.find('#'));
    const std::vector<absl::string_view> words = absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty()) continue;
    const auto wrong = [&](absl::string_view why) {
      return absl::InvalidArgumentError(absl::StrCat("roles, line ", number, ": ", why));
    };
    if (words.size() != 2) return wrong("not of the form `role uid`");
    const auto role = role_of_name({words[0].data(), words[0].size()});
    if (!role) return wrong("no such role");
    uint32_t uid = 0;
    if (!absl::SimpleAtoi(words[1], &uid) || uid == static_cast<uint32_t>(-1)) return wrong("not a uid");
    if (uid == 0) return wrong("root cannot have a role");
    if (roles.uid_of(*role)) return wrong("duplicate role");
    if (!roles.by_uid_.emplace(uid, *role).second) return wrong("duplicate uid");
  }
  return roles;
}

absl::StatusOr<Roles> Roles::read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("cannot open ", file.string()));
  std::string text(kMaxFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kMaxFile) return absl::ResourceExhaustedError(absl::StrCat(file.string(), " is too large"));
  return parse(text);
}

std::optional<Role> Roles::of(uid_t uid) const {
  const auto found = by_uid_.find(uid);
  return found == by_uid_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<uid_t> Roles::uid_of(Role role) const {
  for (const auto& [uid, known] : by_uid_) {
    if (known == role) return uid;
  }
  return std::nullopt;
}

}  // namespace phone::mesh
