// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/bounds.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

absl::Status over(size_t limit, std::string_view what, std::string_view where) {
  return absl::ResourceExhaustedError(cat("over ", limit, what, where));
}

struct Separators {
  size_t parameters = 0;
  size_t commas = 0;
};

// Wherever they stand, in quotes too: the library has its own idea of where a quoted string ends.
Separators count_separators(std::string_view text) {
  Separators found;
  for (char c : text) {
    if (c == ';' || c == '&') ++found.parameters;
    if (c == ',') ++found.commas;
  }
  return found;
}

struct List {
  std::string_view name;
  size_t most;
  size_t items = 0;
};

bool is_host_character(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.' || c == '_';
}

bool is_ipv6_character(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
}

}  // namespace

absl::Status judge_bounds(const Message& message) {
  if (message.uri.size() > kLongestUri) return over(kLongestUri, " bytes in ", "the Request-URI");
  if (count_separators(message.uri).parameters > kMostParameters)
    return over(kMostParameters, " parameters in ", "the Request-URI");
  if (message.fields.size() > kMostFields) return over(kMostFields, " header fields", "");
  if (message.body.size() > kLongestBody) return over(kLongestBody, " bytes in ", "the body");
  List lists[] = {
      {"Via", kMostVias}, {"Contact", kMostContacts}, {"Route", kMostRoutes}, {"Record-Route", kMostRoutes}};
  for (const HeaderField& field : message.fields) {
    if (field.name.size() > kLongestName) return over(kLongestName, " bytes in the name of a header field", "");
    if (field.value.size() > kLongestValue) return over(kLongestValue, " bytes in ", field.name);
    const Separators found = count_separators(field.value);
    const size_t most = iequals(field.name, "Contact") ? kMostContactParameters : kMostParameters;
    if (found.parameters > most) return over(most, " parameters in ", field.name);
    if (found.commas >= kMostListItems) return over(kMostListItems, " items in ", field.name);
    for (List& list : lists) {
      if (!iequals(field.name, list.name)) continue;
      list.items += found.commas + 1;
      if (list.items > list.most) return over(list.most, " items in ", list.name);
    }
  }
  return absl::OkStatus();
}

absl::Status judge_uri_text(std::string_view uri) {
  if (uri.size() > kLongestUri) return over(kLongestUri, " bytes in ", "a URI");
  std::string_view rest = uri;
  const std::string_view scheme = take_until(rest, ':');
  if (!iequals(scheme, "sip") && !iequals(scheme, "sips")) return absl::OkStatus();
  if (const size_t at = rest.find('@'); at != std::string_view::npos) {
    rest.remove_prefix(at + 1);
    if (rest.find('@') != std::string_view::npos) return absl::InvalidArgumentError("a URI contains more than one @");
  }
  std::string_view host = rest.substr(0, rest.find_first_of(";?"));
  std::string_view port;
  bool has_port = false;
  if (!host.empty() && host.front() == '[') {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return absl::InvalidArgumentError("a URI has an unclosed bracket");
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_ipv6_character))
      return absl::InvalidArgumentError("a URI has no IPv6 address in its brackets");
    has_port = !port.empty();
    if (has_port && port.front() != ':') return absl::InvalidArgumentError("a URI has text after its address");
    if (has_port) port.remove_prefix(1);
  } else {
    if (std::count(host.begin(), host.end(), ':') > 1)
      return absl::InvalidArgumentError("a URI has an IPv6 address without brackets");
    has_port = host.find(':') != std::string_view::npos;
    port = host;
    host = take_until(port, ':');
    if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_character))
      return absl::InvalidArgumentError("a URI has no valid host");
  }
  if (has_port && number(port).value_or(65536) > 65535) return absl::InvalidArgumentError("a URI has an invalid port");
  return absl::OkStatus();
}

}  // namespace phone::signaling
