// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/shared_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace phone::flash {
namespace {

constexpr char kTemporary[] = ".new-";
constexpr int kMostLeftOvers = 1000;  // entries looked at: another may have made any number

absl::StatusOr<std::string> unforeseen_name() {
  std::array<unsigned char, 16> random{};
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return absl::UnavailableError("no randomness");
  }
  std::string name = kTemporary;
  for (const unsigned byte : random) absl::StrAppend(&name, absl::StrFormat("%02x", byte));
  return name;
}

absl::Status failed(const char* what, const std::filesystem::path& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path.native()));
}

absl::Status fill(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> read_at(int directory, const std::filesystem::path& file, std::size_t limit) {
  const std::string name = file.filename().native();
  struct stat facts {};
  const auto plain = [&] { return S_ISREG(facts.st_mode); };
  const auto not_plain = [&] {
    return absl::FailedPreconditionError(absl::StrCat(file.native(), " is not a regular file"));
  };
  // Before it is opened as well: opening a device or a FIFO has effects of its own.
  if (::fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    return failed("cannot open", file);
  }
  if (!plain()) return not_plain();
  const os::Descriptor fd(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd || ::fstat(fd.get(), &facts) != 0) return failed("cannot open", file);
  if (!plain()) return not_plain();
  std::string content;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("cannot read", file);
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.size() > limit) {
      return absl::ResourceExhaustedError(absl::StrCat(file.native(), " is over ", limit, " bytes"));
    }
  }
}

}  // namespace

absl::StatusOr<SharedDirectory> SharedDirectory::open(const std::filesystem::path& path, std::optional<gid_t> group,
                                                      mode_t mode) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot make", path);
  os::Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return failed("cannot open", path);
  if (group && ::fchown(directory.get(), static_cast<uid_t>(-1), *group) != 0) return failed("cannot give away", path);
  if (::fchmod(directory.get(), mode) != 0) return failed("cannot set the mode of", path);
  SharedDirectory opened(path, std::move(directory));
  opened.remove_left_overs();
  return opened;
}

void SharedDirectory::remove_left_overs() const {
  DIR* const entries = ::fdopendir(::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (entries == nullptr) return;
  int looked_at = 0;
  while (const dirent* const entry = ::readdir(entries)) {
    if (++looked_at > kMostLeftOvers) break;
    if (std::string_view(entry->d_name).starts_with(kTemporary)) ::unlinkat(directory_.get(), entry->d_name, 0);
  }
  ::closedir(entries);
}

absl::Status SharedDirectory::write(const std::string& name, std::string_view content, mode_t mode) const {
  const auto temporary = unforeseen_name();
  if (!temporary.ok()) return temporary.status();
  struct stat directory {};
  if (::fstat(directory_.get(), &directory) != 0) return failed("cannot stat", path_);
  os::Descriptor fd(
      ::openat(directory_.get(), temporary->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return failed("cannot create a file in", path_);
  // No setgid directory (RestrictSUIDSGID), and the umask may leave the group nothing: both are set by hand.
  absl::Status status = fill(fd.get(), content, path_ / name);
  if (status.ok() && ::fchown(fd.get(), static_cast<uid_t>(-1), directory.st_gid) != 0) {
    status = failed("cannot give away", path_ / name);
  }
  if (status.ok() && ::fchmod(fd.get(), mode) != 0) status = failed("cannot set the mode of", path_ / name);
  if (status.ok() && !fd.close()) status = failed("cannot close", path_ / name);
  if (status.ok()) status = put(*temporary, name);
  if (!status.ok()) ::unlinkat(directory_.get(), temporary->c_str(), 0);
  return status;
}

absl::Status SharedDirectory::put(const std::string& temporary, const std::string& name) const {
  const int directory = directory_.get();
  if (::renameat(directory, temporary.c_str(), directory, name.c_str()) == 0) return absl::OkStatus();
  if (errno != EISDIR && errno != ENOTEMPTY && errno != EEXIST) return failed("cannot replace", path_ / name);
  // A directory stands there. It changes places with ours; one with something in it stays where it then is.
  if (::renameat2(directory, temporary.c_str(), directory, name.c_str(), RENAME_EXCHANGE) != 0) {
    return failed("cannot replace", path_ / name);
  }
  ::unlinkat(directory, temporary.c_str(), AT_REMOVEDIR);
  return absl::OkStatus();
}

absl::StatusOr<std::string> SharedDirectory::read(const std::string& name, std::size_t limit) const {
  return read_at(directory_.get(), path_ / name, limit);
}

absl::Status SharedDirectory::remove(const std::string& name) const {
  if (::unlinkat(directory_.get(), name.c_str(), 0) == 0 || errno == ENOENT) return absl::OkStatus();
  if (errno == EISDIR && ::unlinkat(directory_.get(), name.c_str(), AT_REMOVEDIR) == 0) return absl::OkStatus();
  const absl::Status status = failed("cannot remove", path_ / name);
  // A directory with something in it: out of the way at least.
  const auto elsewhere = unforeseen_name();
  if (!elsewhere.ok() || ::renameat(directory_.get(), name.c_str(), directory_.get(), elsewhere->c_str()) != 0)
    return status;
  return absl::OkStatus();
}

absl::StatusOr<std::string> read_of_another(const std::filesystem::path& file, std::size_t limit) {
  const auto path = file.parent_path();
  const os::Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return failed("cannot open", path);
  return read_at(directory.get(), file, limit);
}

}  // namespace phone::flash
