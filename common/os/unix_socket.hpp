// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// unix_socket.hpp -- sockets that have a path, unix(7).
#pragma once

#include <absl/status/statusor.h>
#include <sys/un.h>

#include <filesystem>

#include "common/os/descriptor.hpp"

namespace phone::os {

// INVALID_ARGUMENT: the path is empty or longer than an address.
absl::StatusOr<sockaddr_un> unix_address(const std::filesystem::path& path);

// A stream to the listener there; `flags` as SOCK_NONBLOCK. The code is that of errno, the message begins with the
// path.
absl::StatusOr<Descriptor> connect_unix(const std::filesystem::path& path, int flags = 0);

}  // namespace phone::os
