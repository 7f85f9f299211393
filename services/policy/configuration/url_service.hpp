// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// A server that the configuration names by a URL: the search for contacts (secureUDSUsersAccessURL) and the receiver of
// problem reports (problemReportUploadURL), cucm-calls.md 8.8.
namespace phone::policy {

struct UrlService {
  std::string host;  // empty: none
  std::uint16_t port = 443;
  std::string path;     // no leading slash
  std::string refused;  // why the configured URL is not used, one sentence
  friend bool operator==(const UrlService&, const UrlService&) = default;
};

// "https://cucm.lab:8443/cucm-uds/users". Any other URL is refused with a sentence that names `element`: a user's
// password and the phone's state leave over HTTPS or not at all. Nothing for an empty text.
UrlService parse_url_service(std::string_view element, std::string_view text);

}  // namespace phone::policy
