// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/oauth_server.hpp"

#include "services/policy/configuration/authority.hpp"

namespace phone::policy {

std::optional<OAuthServer> parse_oauth_server(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  constexpr std::size_t kLongestPath = 200;
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto authority = parse_authority(text.substr(0, slash));
  OAuthServer server;
  server.path = text.substr(slash + 1);
  if (!authority.has_value() || server.path.empty() || server.path.size() > kLongestPath) return std::nullopt;
  server.host = authority->host;
  server.port = authority->port.value_or(server.port);
  return server;
}

}  // namespace phone::policy
