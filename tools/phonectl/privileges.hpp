#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <sys/types.h>
#include <filesystem>
#include <string>

namespace phone::phonectl {

// The uid of role `ui` in a roles table (lines `role uid`, # starts a comment). NOT_FOUND without one.
absl::StatusOr<uid_t> ui_uid(const std::string& roles);

// Root becomes the UI's user, with the group of the socket, so that the gateway sees who it serves and nothing runs
// with more rights than that. Anybody else stays who they are.
absl::Status become_ui(const std::filesystem::path& socket, const std::filesystem::path& roles);

}  // namespace phone::phonectl
