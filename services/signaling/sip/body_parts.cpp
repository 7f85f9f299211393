// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/body_parts.hpp"

#include <algorithm>
#include <optional>

#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestBoundary = 70;  // RFC 2046 section 5.1.1

std::string without_quoted_pairs(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

// Of a folded line.
std::string_view without_line_ends(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

bool is_plain_encoding(std::string_view value) {
  constexpr std::string_view kPlain[] = {"", "identity", "7bit", "8bit", "binary"};
  return std::any_of(std::begin(kPlain), std::end(kPlain), [&](std::string_view one) { return iequals(one, value); });
}

// A line that is the delimiter, with nothing but blanks behind it. The line end before it belongs to it.
struct Delimiter {
  size_t at = 0;
  size_t after = 0;  // of what follows its own line end
  bool last = false;
};

size_t line_end_at(std::string_view text, size_t at) {
  if (text.substr(at, 2) == "\r\n") return 2;
  return text.substr(at, 1) == "\n" ? 1 : 0;
}

std::optional<Delimiter> find_delimiter(std::string_view body, std::string_view dashes, size_t from) {
  for (size_t at = body.find(dashes, from); at != std::string_view::npos; at = body.find(dashes, at + 1)) {
    if (at != 0 && body[at - 1] != '\n') continue;
    size_t rest = at + dashes.size();
    const bool last = body.substr(rest, 2) == "--";
    if (last) rest += 2;
    rest = std::min(body.find_first_not_of(" \t", rest), body.size());
    const size_t line_end = line_end_at(body, rest);
    if (line_end == 0 && !(last && rest == body.size())) continue;
    const size_t before = at == 0 ? 0 : at >= 2 && body[at - 2] == '\r' ? 2 : 1;
    return Delimiter{at - before, rest + line_end, last};
  }
  return std::nullopt;
}

// The header of a part, whose lines may be folded, and its content.
BodyPart read_part(std::string_view text) {
  BodyPart part;
  part.type = "text/plain";  // RFC 2046 section 5.1
  while (!text.empty()) {
    size_t end = text.find('\n');
    while (end != std::string_view::npos && end + 1 < text.size() && (text[end + 1] == ' ' || text[end + 1] == '\t'))
      end = text.find('\n', end + 1);
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) break;
    const std::string_view name = trim(take_until(line, ':'));
    part.take(iequals(name, "c") ? "Content-Type" : iequals(name, "e") ? "Content-Encoding" : name, trim(line));
  }
  part.content = text;
  return part;
}

}  // namespace

void BodyPart::take(std::string_view name, std::string_view value) {
  constexpr std::string_view kContent = "Content-";
  if (!iequals(name.substr(0, kContent.size()), kContent)) return;
  const std::string_view of = name.substr(kContent.size());
  std::string_view rest = value;
  const std::string_view first = without_line_ends(take_until(rest, ';'));
  std::string parameters(rest);
  std::replace_if(
      parameters.begin(), parameters.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  if (iequals(of, "Type")) {
    type = first;
    for (const auto& [key, text] : parse_parameters(parameters)) {
      if (iequals(key, "boundary")) boundary = without_quoted_pairs(text);
      if (iequals(key, "start")) start = text;
    }
  } else if (iequals(of, "Disposition")) {
    disposition = first;
    for (const auto& [key, text] : parse_parameters(parameters)) {
      if (iequals(key, "handling")) required = !iequals(text, "optional");
    }
  } else if (iequals(of, "Encoding") || iequals(of, "Transfer-Encoding")) {
    encoded = encoded || !is_plain_encoding(without_line_ends(value));
  } else if (iequals(of, "ID")) {
    id = without_line_ends(value);
  }
}

absl::StatusOr<std::vector<BodyPart>> cut(const BodyPart& multipart, size_t most) {
  if (multipart.boundary.empty()) return absl::InvalidArgumentError("the multipart body has no boundary parameter");
  if (multipart.boundary.size() > kLongestBoundary)
    return absl::InvalidArgumentError(cat("the multipart boundary is longer than ", kLongestBoundary, " characters"));
  const std::string dashes = cat("--", multipart.boundary);
  const std::string_view body = multipart.content;
  auto opening = find_delimiter(body, dashes, 0);
  if (!opening.has_value()) return absl::InvalidArgumentError("the multipart body does not contain its boundary");
  std::vector<BodyPart> parts;
  while (!opening->last) {
    // The line end of one delimiter may be the one that the next begins with: a part may be empty.
    const auto closing = find_delimiter(body, dashes, opening->after);
    if (!closing.has_value()) return absl::InvalidArgumentError("the multipart body ends before its last boundary");
    if (parts.size() >= most) return absl::InvalidArgumentError("the multipart body has too many parts");
    const size_t end = std::max(closing->at, opening->after);
    parts.push_back(read_part(body.substr(opening->after, end - opening->after)));
    opening = closing;
  }
  return parts;
}

}  // namespace phone::signaling
