// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// become.hpp -- a command started by root takes the uid of a role, because root itself has none.
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

// Whether the table in the file `roles` gives `uid` a role. True when it cannot be read: then nothing is known.
bool has_role(uid_t uid, const std::filesystem::path& roles);

// Root becomes the role's user for good, with the group of the socket, so that the service there knows the caller
// and nothing runs with more rights than that. Other users keep their uid. UNAVAILABLE: the socket does not exist.
absl::Status become(std::string_view role, const std::filesystem::path& socket, const std::filesystem::path& roles);

}  // namespace phone::caller
