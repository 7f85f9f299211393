// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/user/lines.hpp"

#include <algorithm>

#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

// "2222" of "sip:2222:secret@host;user=phone"; of a tel URI the number.
std::string user_of(std::string_view uri) {
  const std::string_view scheme = take_until(uri, ':');
  if (iequals(scheme, "tel")) return percent_decoded(take_until(uri, ';'));
  const size_t at = uri.find('@');
  if (at == std::string_view::npos) return "";
  std::string_view user = uri.substr(0, at);
  user = take_until(user, ':');
  return percent_decoded(take_until(user, ';'));
}

}  // namespace

const LineSettings* line_of(const Settings& settings, uint32_t line) {
  return line == 0 || line > settings.lines.size() ? nullptr : &settings.lines[line - 1];
}

std::optional<uint32_t> line_called(const Settings& settings, std::string_view request_uri) {
  const std::string user = user_of(request_uri);
  if (user.empty()) return 1;
  for (uint32_t line = 1; line <= settings.lines.size(); ++line) {
    if (user == contact_user(settings, line)) return line;
  }
  for (uint32_t line = 1; line <= settings.lines.size(); ++line) {
    if (user == settings.lines[line - 1].directory_number) return line;
  }
  return std::nullopt;
}

bool is_emergency(const Settings& settings, std::string_view number) {
  return std::find(settings.emergency_numbers.begin(), settings.emergency_numbers.end(), number) !=
         settings.emergency_numbers.end();
}

}  // namespace phone::signaling
