// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// paths.hpp -- where a process finds things; every one is an option with these defaults.
#pragma once

#include <filesystem>
#include <string_view>

namespace phone::mesh {

struct Paths {
  std::filesystem::path socket_dir = "/run/phone";
  std::filesystem::path state_dir;  // /var/lib/phone/<service>
  std::filesystem::path roles = "/etc/phone/roles";
};

// The socket of a service: <socket_dir>/<service>/grpc.sock
inline std::filesystem::path socket_of(const Paths& paths, std::string_view service) {
  return paths.socket_dir / service / "grpc.sock";
}

}  // namespace phone::mesh
