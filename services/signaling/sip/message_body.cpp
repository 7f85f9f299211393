// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/message_body.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestBoundary = 70;  // RFC 2046 section 5.1.1
constexpr std::string_view kLineEnd = "\r\n";

bool is_type(std::string_view value, std::string_view type) { return iequals(trim(take_until(value, ';')), type); }

std::string boundary_of(std::string_view content_type) {
  take_until(content_type, ';');
  for (const auto& [name, value] : parse_parameters(content_type)) {
    if (iequals(name, "boundary")) return value;
  }
  return "";
}

// A line that is the delimiter, with nothing but blanks behind it.
struct Delimiter {
  size_t at = 0;     // of the line end before it, which belongs to it
  size_t after = 0;  // of what follows its own line end
  bool last = false;
};

std::optional<Delimiter> find_delimiter(std::string_view body, std::string_view dashes, size_t from) {
  for (size_t at = body.find(dashes, from); at != std::string_view::npos; at = body.find(dashes, at + 1)) {
    const bool begins_line = at == 0 || (at >= 2 && body.substr(at - 2, 2) == kLineEnd);
    if (!begins_line) continue;
    const size_t start = at == 0 ? 0 : at - 2;
    std::string_view rest = body.substr(at + dashes.size());
    const bool last = starts_with(rest, "--");
    if (last) return Delimiter{start, body.size(), true};
    const size_t blanks = rest.find_first_not_of(" \t");
    if (blanks == std::string_view::npos || rest.substr(blanks, 2) != kLineEnd) continue;
    return Delimiter{start, at + dashes.size() + blanks + 2, false};
  }
  return std::nullopt;
}

// The content of a part whose header says application/sdp.
std::optional<std::string_view> sdp_of_part(std::string_view part) {
  bool is_sdp = false;
  while (!part.empty()) {
    const size_t end = part.find(kLineEnd);
    std::string_view line = part.substr(0, end);
    part.remove_prefix(end == std::string_view::npos ? part.size() : end + 2);
    if (line.empty()) break;
    const std::string_view name = trim(take_until(line, ':'));
    if (iequals(name, "Content-Type") || iequals(name, "c")) is_sdp = is_type(line, "application/sdp");
  }
  return is_sdp ? std::optional(part) : std::nullopt;
}

}  // namespace

absl::StatusOr<std::string_view> session_description(const Message& message) {
  const std::string type = message.field("Content-Type").value_or("");
  constexpr std::string_view kMultipart = "multipart/";
  if (!iequals(std::string_view(type).substr(0, kMultipart.size()), kMultipart)) {
    const bool is_sdp = type.empty() || is_type(type, "application/sdp");
    return is_sdp ? std::string_view(message.body) : std::string_view();
  }
  const std::string boundary = boundary_of(type);
  if (boundary.empty()) return absl::InvalidArgumentError("the multipart body has no boundary parameter");
  if (boundary.size() > kLongestBoundary)
    return absl::InvalidArgumentError(cat("the multipart boundary is longer than ", kLongestBoundary, " characters"));
  const std::string dashes = cat("--", boundary);
  const std::string_view body = message.body;
  auto opening = find_delimiter(body, dashes, 0);
  if (!opening.has_value()) return absl::InvalidArgumentError("the multipart body does not contain its boundary");
  while (opening.has_value() && !opening->last) {
    // The line end of one delimiter may be the one that the next begins with: a part may be empty.
    const auto closing = find_delimiter(body, dashes, opening->after - kLineEnd.size());
    const size_t end = closing.has_value() ? std::max(closing->at, opening->after) : body.size();
    if (const auto sdp = sdp_of_part(body.substr(opening->after, end - opening->after))) return *sdp;
    opening = closing;
  }
  return std::string_view();
}

}  // namespace phone::signaling
