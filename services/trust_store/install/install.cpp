// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/install/install.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"
#include "common/os/descriptor.hpp"
#include "services/trust_store/images/image_file.hpp"

namespace phone::trust {
namespace {

namespace fs = std::filesystem;

absl::Status refused(std::string text) { return absl::PermissionDeniedError(text); }

std::string error_text() { return std::strerror(errno); }

absl::Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::InternalError(absl::StrCat("cannot write the package: ", error_text()));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

// Only root can read the copy, and it cannot be changed on its way to dpkg.
absl::Status unpack_to(const fs::path& file, int image, const MeasuredImage& measured) {
  os::Descriptor out(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out) return absl::InternalError(absl::StrCat("cannot write ", file.string(), ": ", error_text()));
  const absl::Status status =
      read_body(image, measured, [&](std::string_view bytes) { return write_all(out.get(), bytes); });
  if (!status.ok()) return status;
  if (!out.close()) return absl::InternalError(absl::StrCat("cannot write ", file.string(), ": ", error_text()));
  return absl::OkStatus();
}

absl::Status run_dpkg(const fs::path& root, const fs::path& package) {
  // Nobody is there to be asked: what an administrator changed in /etc/phone stays, and the new file is put beside it.
  std::vector<std::string> words = {"dpkg",      "--force-confdef", "--force-confold", "--root=" + root.string(),
                                    "--install", package.string()};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, "dpkg", nullptr, nullptr, arguments.data(), environ) != 0) {
    return absl::AbortedError("dpkg could not be started");
  }
  int state = 0;
  while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(state) && WEXITSTATUS(state) == 0) return absl::OkStatus();
  return absl::AbortedError("dpkg refused the package");
}

// Accepted, with the reason for people, or PERMISSION_DENIED.
absl::StatusOr<std::string> judged(const InstallOrder& order, const std::string& header,
                                   const absl::StatusOr<MeasuredImage>& measured, const AskTrustStore& ask) {
  ImageVerdict ours;
  if (!measured.ok()) {
    ours.reason = std::string(measured.status().message());
  } else {
    ours = judge_image_at(read_image_place(order.root, measured->image.package), measured->image,
                          measured->signed_digest, order.package);
  }
  const auto word = ask({order.image.filename().string(), header,
                         measured.ok() ? measured->signed_digest : std::string(), order.package});
  if (!ours.accepted) return refused(ours.reason);
  if (!word.ok()) return absl::StrCat(ours.reason, " (not recorded: ", std::string(word.status().message()), ")");
  if (!word->has_value()) return absl::StrCat(ours.reason, " (not recorded: trust_store is not running)");
  if (!(*word)->accepted) return refused((*word)->reason);
  return (*word)->reason;
}

}  // namespace

absl::StatusOr<std::string> install(const InstallOrder& order, const AskTrustStore& ask) {
  const os::Descriptor file(open(order.image.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", order.image.string(), ": ", error_text()));
  const auto measured = measure_image(file.get());
  const auto verdict = judged(order, image_header(file.get()), measured, ask);
  if (!verdict.ok()) return verdict.status();

  // The image is accepted; nothing has been written before.
  std::error_code failed;
  fs::create_directories((order.root / kIncoming).parent_path(), failed);
  std::string incoming = (order.root / kIncoming).string() + "-XXXXXX";
  if (mkdtemp(incoming.data()) == nullptr) {
    return absl::InternalError(absl::StrCat("cannot make ", incoming, ": ", error_text()));
  }
  const absl::Cleanup clean = [&] { fs::remove_all(incoming, failed); };
  const fs::path package = fs::path(incoming) / (measured->image.package + ".deb");
  if (absl::Status status = unpack_to(package, file.get(), *measured); !status.ok()) return status;
  if (absl::Status status = run_dpkg(order.root, package); !status.ok()) return status;
  return *verdict;
}

}  // namespace phone::trust
