// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// become.hpp -- a command that root starts shows itself to the mesh as one of its roles, because root is nobody's.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <sys/types.h>
#include <filesystem>
#include <string>
#include <string_view>

namespace phone::caller {

// The uid of a role in a roles table (lines `role uid`, # starts a comment). NOT_FOUND without one.
absl::StatusOr<uid_t> uid_of(std::string_view role, const std::string& roles);

// Root becomes the role's user for good, with the group of the socket, so that who listens there sees whom it serves
// and nothing runs with more rights than that. Anybody else stays who they are. UNAVAILABLE: there is no such socket.
absl::Status become(std::string_view role, const std::filesystem::path& socket, const std::filesystem::path& roles);

}  // namespace phone::caller
