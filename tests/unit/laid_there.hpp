// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// laid_there.hpp -- what a hostile process lays in a directory it may write to, where another expects a file of its
// own.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace phone::tests {

enum class Laid { kFifo, kLink, kLoop, kHardLink, kDirectory, kFullDirectory, kDevice, kHugeFile, kSocket };
inline constexpr std::array kEverythingLaid = {Laid::kFifo,     Laid::kLink,      Laid::kLoop,
                                               Laid::kHardLink, Laid::kDirectory, Laid::kFullDirectory,
                                               Laid::kDevice,   Laid::kHugeFile,  Laid::kSocket};
inline const char* name_of(Laid what) {
  constexpr std::array kNames = {"a FIFO",        "a link",   "a link to itself", "a hard link", "a folder",
                                 "a full folder", "a device", "a huge file",      "a socket"};
  return kNames[static_cast<std::size_t>(what)];
}

// False when this machine cannot make it (a device needs root). Links lead to `victim`.
inline bool lay(Laid what, const std::filesystem::path& at, const std::filesystem::path& victim) {
  std::filesystem::remove_all(at);
  switch (what) {
    case Laid::kFifo:
      return mkfifo(at.c_str(), 0666) == 0;
    case Laid::kLink:
      return symlink(victim.c_str(), at.c_str()) == 0;
    case Laid::kLoop:
      return symlink(at.filename().c_str(), at.c_str()) == 0;
    case Laid::kHardLink:
      return link(victim.c_str(), at.c_str()) == 0;
    case Laid::kDirectory:
      return mkdir(at.c_str(), 0777) == 0;
    case Laid::kFullDirectory:
      return mkdir(at.c_str(), 0777) == 0 && mkdir((at / "inside").c_str(), 0777) == 0;
    case Laid::kDevice:
      return mknod(at.c_str(), S_IFCHR | 0666, makedev(1, 5)) == 0;  // /dev/zero: without end
    case Laid::kHugeFile:
      return std::ofstream(at).put('x').good() && truncate(at.c_str(), off_t{1} << 34U) == 0;
    case Laid::kSocket: {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      if (at.native().size() >= sizeof address.sun_path) return false;
      std::strncpy(address.sun_path, at.c_str(), sizeof address.sun_path - 1);
      const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const bool made = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
      close(fd);
      return made;
    }
  }
  return false;
}

}  // namespace phone::tests
