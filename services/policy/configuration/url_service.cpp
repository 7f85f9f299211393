// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/url_service.hpp"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "services/policy/configuration/authority.hpp"

namespace phone::policy {

UrlService parse_url_service(std::string_view element, std::string_view text) {
  constexpr std::string_view kSecure = "https://", kPlain = "http://";
  const auto refused = [element](std::string_view why) {
    UrlService none;
    none.refused = absl::StrCat(absl::string_view(element.data(), element.size()), ": ",
                                absl::string_view(why.data(), why.size()));
    return none;
  };
  const absl::string_view given(text.data(), text.size());
  if (given.empty()) return {};
  if (absl::StartsWithIgnoreCase(given, kPlain.data())) {
    return refused("a http URL is refused, because everybody on the way could read what is sent; give the https URL");
  }
  if (!absl::StartsWithIgnoreCase(given, kSecure.data())) return refused("not a https URL");
  text.remove_prefix(kSecure.size());
  const std::size_t slash = text.find('/');
  UrlService service;
  service.path = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  const auto authority = parse_authority(text.substr(0, slash));
  if (!authority.has_value() || !http::plain_host(authority->host)) return refused("not a valid server in the URL");
  if (!http::plain_name(service.path)) return refused("not a valid path in the URL");
  service.host = authority->host;
  service.port = authority->port.value_or(service.port);
  return service;
}

}  // namespace phone::policy
