// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/scep_settings.hpp"

#include "services/policy/configuration/authority.hpp"

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
  const auto authority = parse_authority(text.substr(0, slash));
  if (!authority.has_value()) return std::nullopt;
  settings.host = authority->host;
  settings.port = authority->port.value_or(settings.port);
  return settings;
}

}  // namespace phone::policy
