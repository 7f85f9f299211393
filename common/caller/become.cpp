// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/caller/become.hpp"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
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
      return absl::InvalidArgumentError(absl::StrCat("invalid line in the roles table: ", line));
    }
    return uid;
  }
  return absl::NotFoundError(absl::StrCat("the roles table has no uid for role ", std::string(role)));
}

bool has_role(uid_t uid, const std::filesystem::path& roles) {
  std::ifstream file(roles);
  if (!file) return true;
  for (std::string line; std::getline(file, line);) {
    line.resize(std::min(line.size(), line.find('#')));
    const std::vector<absl::string_view> words = absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    std::uint32_t one = 0;
    if (words.size() == 2 && absl::SimpleAtoi(words[1], &one) && one == uid) return true;
  }
  return false;
}

absl::Status become(std::string_view role, const std::filesystem::path& socket, const std::filesystem::path& roles) {
  if (geteuid() != 0) return absl::OkStatus();
  std::ifstream file(roles);
  if (!file)
    return absl::NotFoundError(absl::StrCat(
        "there is no phone here (", roles.string(),
        " does not exist); run this on the phone, for one of tools/board inside its namespaces: the board's last lines "
        "name the command"));
  std::stringstream text;
  text << file.rdbuf();
  const absl::StatusOr<uid_t> uid = uid_of(role, text.str());
  if (!uid.ok()) return uid.status();
  struct stat facts {};
  if (stat(socket.c_str(), &facts) != 0)
    return absl::UnavailableError(absl::StrCat("the service is not running: there is no socket ", socket.string()));
  const gid_t group = facts.st_gid;
  if (setgroups(1, &group) != 0) return failed("cannot take the socket's group");
  const gid_t own = static_cast<gid_t>(*uid);
  if (setresgid(own, own, own) != 0) return failed("cannot take the gid of the role");
  if (setresuid(*uid, *uid, *uid) != 0) return failed("cannot take the uid of the role");
  return absl::OkStatus();
}

}  // namespace phone::caller
