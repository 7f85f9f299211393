// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/flash/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "common/os/descriptor.hpp"

namespace phone::flash {
namespace {

// Why a directory has no room, when it has none: the kernel has one error for both.
std::string room_of(const std::filesystem::path& directory) {
  struct statvfs facts {};
  if (::statvfs(directory.empty() ? "." : directory.c_str(), &facts) != 0) return {};
  if (facts.f_files != 0 && facts.f_favail == 0) return " (no free inodes)";
  return facts.f_bavail == 0 ? " (no free bytes)" : "";
}

absl::Status failed(std::string_view what, const std::filesystem::path& path) {
  const int error = errno;
  std::string said = absl::StrCat(std::string(what), " ", path.string());
  if (error == ENOSPC) absl::StrAppend(&said, room_of(path.parent_path()));
  return absl::ErrnoToStatus(error, said);
}

// A directory may be missing because there was no room when it was to be made.
absl::Status make_directory_of(const std::filesystem::path& file) {
  const std::filesystem::path directory = file.parent_path();
  if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
  const int error = errno;
  const std::string room = room_of(directory.parent_path());
  return absl::ErrnoToStatus(room.empty() ? error : ENOSPC,
                             absl::StrCat("cannot write ", file.string(), ": its directory is missing", room));
}

absl::Status write_all(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status write_temporary(const std::filesystem::path& temporary, std::string_view content, mode_t mode) {
  // One name per file: remains of a power cut are replaced by the next attempt instead of piling up. Never
  // written into: it may be a FIFO, or a link to something else.
  constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  os::Descriptor fd(::open(temporary.c_str(), kNew, mode));
  if (!fd && errno == EEXIST && ::unlink(temporary.c_str()) == 0) {
    fd = os::Descriptor(::open(temporary.c_str(), kNew, mode));
  }
  if (!fd && errno == ENOENT) {
    if (absl::Status made = make_directory_of(temporary); !made.ok()) return made;
    fd = os::Descriptor(::open(temporary.c_str(), kNew, mode));
  }
  if (!fd) return failed("cannot create", temporary);
  if (::fchmod(fd.get(), mode) != 0) return failed("cannot set the mode of", temporary);
  if (absl::Status status = write_all(fd.get(), content, temporary); !status.ok()) return status;
  if (::fsync(fd.get()) != 0) return failed("cannot sync", temporary);
  if (!fd.close()) return failed("cannot close", temporary);
  return absl::OkStatus();
}

absl::Status sync_directory(const std::filesystem::path& file) {
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  os::Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) {
    return absl::InternalError(absl::StrCat("cannot sync directory ", directory.string(), ": error ", errno));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status write(const std::filesystem::path& file, std::string_view content, mode_t mode) {
  const std::filesystem::path temporary = file.string() + ".new";
  if (absl::Status status = write_temporary(temporary, content, mode); !status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) {
    absl::Status status = failed("cannot replace", file);
    ::unlink(temporary.c_str());
    return status;
  }
  return sync_directory(file);
}

absl::StatusOr<std::string> read(const std::filesystem::path& file, std::size_t limit) {
  // O_NONBLOCK: a FIFO in the place of the file must not stop the start of a service.
  os::Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return failed("cannot open", file);
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return failed("cannot stat", file);
  if (!S_ISREG(facts.st_mode))
    return absl::FailedPreconditionError(absl::StrCat(file.string(), " is not a regular file"));
  std::string content;
  char buffer[16384];
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("cannot read", file);
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > limit) {
      return absl::ResourceExhaustedError(absl::StrCat(file.string(), " is over ", limit, " bytes"));
    }
  }
}

absl::Status remove(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return failed("cannot remove", file);
  }
  return sync_directory(file);
}

}  // namespace phone::flash
