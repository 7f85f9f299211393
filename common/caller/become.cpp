// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/caller/become.hpp"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace phone::caller {
namespace {

absl::Status failed(const char* what) {
  return absl::PermissionDeniedError(absl::StrCat(what, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<uid_t> uid_of(std::string_view role, const std::string& roles) {
  for (absl::string_view line : absl::StrSplit(roles, '\n')) {
    line = line.substr(0, line.find('#'));
    const std::vector<absl::string_view> words = absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty() || std::string_view(words[0].data(), words[0].size()) != role) continue;
    std::uint32_t uid = 0;
    if (words.size() != 2 || !absl::SimpleAtoi(words[1], &uid) || uid == 0) {
      return absl::InvalidArgumentError(absl::StrCat("bad line in the roles table: ", line));
    }
    return uid;
  }
  return absl::NotFoundError(absl::StrCat("the roles table has no user for ", std::string(role)));
}

absl::Status become(std::string_view role, const std::filesystem::path& socket, const std::filesystem::path& roles) {
  if (geteuid() != 0) return absl::OkStatus();
  std::ifstream file(roles);
  if (!file) return absl::NotFoundError(absl::StrCat("no roles table at ", roles.string()));
  std::stringstream text;
  text << file.rdbuf();
  const absl::StatusOr<uid_t> uid = uid_of(role, text.str());
  if (!uid.ok()) return uid.status();
  struct stat facts {};
  if (stat(socket.c_str(), &facts) != 0)
    return absl::UnavailableError(absl::StrCat("nobody listens at ", socket.string()));
  const gid_t group = facts.st_gid;
  if (setgroups(1, &group) != 0) return failed("cannot take the groups of that role");
  const gid_t own = static_cast<gid_t>(*uid);
  if (setresgid(own, own, own) != 0) return failed("cannot become that role's group");
  if (setresuid(*uid, *uid, *uid) != 0) return failed("cannot become that role's user");
  return absl::OkStatus();
}

}  // namespace phone::caller
