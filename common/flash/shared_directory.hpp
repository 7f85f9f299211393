// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A directory that another uid may write to as well: whatever stands in it under any name may be a FIFO, a link, a
// directory, a device or a file without end, laid there to make us wait, follow or give something away.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/os/descriptor.hpp"

namespace phone::flash {

// Everything is done by descriptor within the directory that was opened: no name is followed, nothing is waited for,
// and owner and mode are set on what we have made ourselves.
class SharedDirectory {
 public:
  // Makes it when it is not there; only we may write to the directory above. Then its group (none: it stays as it is)
  // and mode are set. An unfinished file of an earlier write is removed.
  static absl::StatusOr<SharedDirectory> open(const std::filesystem::path& path, std::optional<gid_t> group,
                                              mode_t mode);

  const std::filesystem::path& path() const { return path_; }

  // A new file under a name that cannot be guessed, of the directory's group and this mode, then put in the place of
  // `name`, whatever stood there. Not synced: such a directory is in memory.
  absl::Status write(const std::string& name, std::string_view content, mode_t mode) const;
  // As flash::read(): NOT_FOUND, RESOURCE_EXHAUSTED above `limit`, FAILED_PRECONDITION for anything but a regular file.
  absl::StatusOr<std::string> read(const std::string& name, std::size_t limit) const;
  // Absent is success. A directory in its place goes as well, or under another name when there is something in it.
  absl::Status remove(const std::string& name) const;

 private:
  SharedDirectory(std::filesystem::path path, os::Descriptor directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}
  void remove_left_overs() const;
  absl::Status put(const std::string& temporary, const std::string& name) const;

  std::filesystem::path path_;
  os::Descriptor directory_;
};

// The same of a file in a directory that belongs to another uid, without touching the directory.
absl::StatusOr<std::string> read_of_another(const std::filesystem::path& file, std::size_t limit);

}  // namespace phone::flash
