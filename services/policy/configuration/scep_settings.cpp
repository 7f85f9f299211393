// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/scep_settings.hpp"

#include <charconv>

namespace phone::policy {
namespace {

constexpr std::string_view kScheme = "http://";
constexpr std::string_view kIosPath = "cgi-bin/pkiclient.exe";

}  // namespace

std::optional<ScepSettings> parse_scep_server(std::string_view text) {
  if (text.starts_with(kScheme)) text.remove_prefix(kScheme.size());
  ScepSettings settings;
  const std::size_t slash = text.find('/');
  settings.path = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  if (settings.path.empty()) settings.path = kIosPath;
  std::string_view authority = text.substr(0, slash);
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    settings.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!authority.empty() && !authority.starts_with(':')) return std::nullopt;
    if (authority.starts_with(':')) port = authority.substr(1);
    if (authority == ":") return std::nullopt;
  } else {
    const std::size_t colon = authority.find(':');
    settings.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
      port = authority.substr(colon + 1);
      if (port.empty()) return std::nullopt;
    }
  }
  if (settings.host.empty() || settings.host.size() > 253) return std::nullopt;
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), settings.port);
    if (error != std::errc() || end != port.data() + port.size() || settings.port == 0) return std::nullopt;
  }
  return settings;
}

}  // namespace phone::policy
