// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Where user certificates come from (cisco-formats.md H). The names are ours, see own_names.hpp.
namespace phone::policy {

struct ScepSettings {
  std::string host;  // empty: no SCEP
  std::uint16_t port = 80;
  std::string path;  // no leading slash
  std::string root_fingerprint;
  std::string challenge;    // secret
  bool triple_des = false;  // allowed for a server without AES
  friend bool operator==(const ScepSettings&, const ScepSettings&) = default;
};

// "10.0.0.1", "ra.lab:8080", "http://ra.lab:8080/scep", "[2001:db8::1]:8080". With no path the one of Cisco IOS is
// meant. Nothing for anything else, https among it: SCEP protects its messages itself.
std::optional<ScepSettings> parse_scep_server(std::string_view text);

}  // namespace phone::policy
