// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Where the token of SIP OAuth comes from (cucm-calls.md 11). The name is ours, see own_names.hpp.
namespace phone::policy {

struct OAuthServer {
  std::string host;  // empty: none
  std::uint16_t port = 443;
  std::string path;  // no leading slash
  friend bool operator==(const OAuthServer&, const OAuthServer&) = default;
};

// "https://cucm.lab/oauth/token", "https://10.0.0.1:8443/token", "https://[2001:db8::1]/token". Nothing for anything
// else: a token is fetched over HTTPS or not at all.
std::optional<OAuthServer> parse_oauth_server(std::string_view text);

}  // namespace phone::policy
