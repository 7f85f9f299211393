// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// roles.hpp -- which uid is which role: lines `role uid` (deploy/roles), # begins a comment.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/mesh/call/call_info.hpp"

namespace phone::mesh {

// "trust_store" <-> ROLE_TRUST_STORE.
std::string role_name(Role role);
std::optional<Role> role_of_name(std::string_view name);

class Roles {
 public:
  // INVALID_ARGUMENT with the line for an unknown role, a bad or root uid, or a uid or role given twice.
  static absl::StatusOr<Roles> parse(std::string_view table);
  static absl::StatusOr<Roles> read(const std::filesystem::path& file);

  // For processes without a table of their own, such as tests.
  void set(uid_t uid, Role role) { by_uid_[uid] = role; }
  std::optional<Role> of(uid_t uid) const;
  std::optional<uid_t> uid_of(Role role) const;

 private:
  absl::flat_hash_map<uid_t, Role> by_uid_;
};

}  // namespace phone::mesh
