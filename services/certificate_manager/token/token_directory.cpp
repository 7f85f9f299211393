// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/token/token_directory.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"
#include "common/log/log.hpp"

namespace phone::certificates {

namespace {

bool is_read_only(const std::filesystem::path& directory) {
  return ::access(directory.c_str(), W_OK) != 0 && errno == EROFS;
}

absl::Status copy_tokens(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::remove_all(to, error);
  if (!error) std::filesystem::copy(from, to, std::filesystem::copy_options::recursive, error);
  if (error) return absl::UnavailableError(absl::StrCat("the token cannot be copied: ", error.message()));
  log::warning("flash is read-only: using a copy of the token in memory");
  return absl::OkStatus();
}

}  // namespace

absl::Status use_token_directory(const std::filesystem::path& state, const std::filesystem::path& spare) {
  const bool copied = !spare.empty() && is_read_only(state / "tokens");
  const auto& directory = copied ? spare : state;
  if (copied) {
    if (auto status = copy_tokens(state / "tokens", spare / "tokens"); !status.ok()) return status;
  }
  auto file = directory / "softhsm2.conf";
  const std::string content = absl::StrCat("directories.tokendir = ", (directory / "tokens").string(),
                                           "\nobjectstore.backend = file\nlog.level = ERROR\n");
  constexpr size_t kLimit = 64 * 1024;
  const auto held = flash::read(file, kLimit);
  if (!held.ok() || *held != content) {
    auto status = flash::write(file, content);
    if (!status.ok() && !spare.empty()) {
      // It is no state: without room on flash it is as good in memory, and the keys are there.
      log::warning("flash has no room for the token's settings: they are kept in memory",
                   {{"reason", std::string(status.message())}});
      file = spare / "softhsm2.conf";
      status = flash::write(file, content);
    }
    if (!status.ok()) return status;
  }
  if (setenv("SOFTHSM2_CONF", file.c_str(), 1) != 0) return absl::InternalError("no environment");
  return absl::OkStatus();
}

absl::StatusOr<crypto::Secret> read_pin(const std::filesystem::path& state) {
  const auto file = state / "pin";
  struct stat facts {};
  if (::stat(file.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(file.string(), " is readable by other users"));
  }
  constexpr size_t kLimit = 255;
  auto pin = flash::read(file, kLimit);
  if (!pin.ok()) return pin.status();
  return crypto::Secret(*std::move(pin));
}

}  // namespace phone::certificates
