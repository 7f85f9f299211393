// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/os/unix_socket.hpp"

#include <absl/strings/str_cat.h>
#include <sys/socket.h>

#include <cerrno>

namespace phone::os {

absl::StatusOr<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty()) return absl::InvalidArgumentError("the socket has no path");
  if (path.native().size() >= sizeof address.sun_path) {
    return absl::InvalidArgumentError(absl::StrCat(path.native(), ": too long for a socket path"));
  }
  path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

absl::StatusOr<Descriptor> connect_unix(const std::filesystem::path& path, int flags) {
  const auto address = unix_address(path);
  if (!address.ok()) return address.status();
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!socket || connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return absl::ErrnoToStatus(errno, path.native());
  }
  return socket;
}

}  // namespace phone::os
