// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "common/http/fetch.hpp"

// The alphabet of names in a request: nothing learned from DHCP or a file can change a URL's meaning or begin another
// line.
namespace phone::http {

bool plain_host(std::string_view host);     // a name or an address, IPv6 without brackets
bool plain_name(std::string_view name);     // relative, no ".."
bool plain_query(std::string_view query);   // what percent-encoding leaves
bool plain_request(const Request&);         // all three, and a port
bool plain_header(std::string_view value);  // printable ASCII, at most 1 KiB

std::string url_of(const Request&);
// "text/xml" of "Text/XML; charset=utf-8": printable ASCII of at most 100 bytes.
std::string media_type(std::string_view said);

}  // namespace phone::http
