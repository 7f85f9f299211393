// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace phone::policy {

// Host and port of a URL: "10.0.0.1", "ra.lab:8080", "[2001:db8::1]:8080".
struct Authority {
  std::string host;  // IPv6 without brackets
  std::optional<std::uint16_t> port;
};
std::optional<Authority> parse_authority(std::string_view text);

}  // namespace phone::policy
