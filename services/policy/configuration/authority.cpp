// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/authority.hpp"

#include <charconv>

namespace phone::policy {

std::optional<Authority> parse_authority(std::string_view text) {
  constexpr std::size_t kLongestHost = 253;
  Authority authority;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    authority.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    authority.host = text.substr(0, text.find(':'));
    port = text.substr(authority.host.size());
  }
  if (authority.host.empty() || authority.host.size() > kLongestHost) return std::nullopt;
  if (port.empty()) return authority;
  if (!port.starts_with(':')) return std::nullopt;
  port.remove_prefix(1);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0) return std::nullopt;
  authority.port = number;
  return authority;
}

}  // namespace phone::policy
