#include "services/certificate_manager/token_folder.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"

namespace phone::certificates {

absl::Status use_token_folder(const std::filesystem::path& state) {
  const auto file = state / "softhsm2.conf";
  const std::string content = absl::StrCat("directories.tokendir = ", (state / "tokens").string(),
                                           "\nobjectstore.backend = file\nlog.level = ERROR\n");
  constexpr size_t kLimit = 64 * 1024;
  const auto held = flash::read(file, kLimit);
  if (!held.ok() || *held != content) {
    if (auto status = flash::write(file, content); !status.ok()) return status;
  }
  if (setenv("SOFTHSM2_CONF", file.c_str(), 1) != 0) return absl::InternalError("no environment");
  return absl::OkStatus();
}

absl::StatusOr<crypto::Secret> read_pin(const std::filesystem::path& state) {
  const auto file = state / "pin";
  struct stat facts {};
  if (::stat(file.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(file.string(), " may be read by others"));
  }
  constexpr size_t kLimit = 255;
  auto pin = flash::read(file, kLimit);
  if (!pin.ok()) return pin.status();
  return crypto::Secret(*std::move(pin));
}

}  // namespace phone::certificates
