// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/lines.hpp"

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/bounds.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestPhrase = 128;

// RFC 3261 section 7.3.3 and the registry of compact forms.
std::string long_name(std::string_view name) {
  static constexpr std::pair<char, std::string_view> kCompact[] = {
      {'i', "Call-ID"},      {'m', "Contact"},      {'e', "Content-Encoding"}, {'l', "Content-Length"},
      {'c', "Content-Type"}, {'f', "From"},         {'s', "Subject"},          {'k', "Supported"},
      {'t', "To"},           {'v', "Via"},          {'r', "Refer-To"},         {'b', "Referred-By"},
      {'o', "Event"},        {'u', "Allow-Events"}, {'x', "Session-Expires"},
  };
  if (name.size() == 1) {
    for (auto [letter, full] : kCompact) {
      if (lower(name.front()) == letter) return std::string(full);
    }
  }
  return std::string(name);
}

absl::StatusOr<Lines> read_start_line(std::string_view line) {
  Lines lines;
  Message& message = lines.message;
  std::string_view rest = line;
  std::string_view first = take_until(rest, ' ');
  if (starts_with(first, "SIP/") || starts_with(first, "sip/")) {
    lines.version = first;
    std::string_view code = take_until(rest, ' ');
    auto status = number(code);
    if (code.size() != 3 || !status.has_value()) return absl::InvalidArgumentError("status code is not three digits");
    message.status = static_cast<int>(*status);
    message.phrase = text::clean(rest, kLongestPhrase);
    return lines;
  }
  message.is_request = true;
  message.method = first;
  size_t last = rest.rfind("SIP/");
  if (!is_token(first) || last == std::string_view::npos) return absl::InvalidArgumentError("malformed start line");
  lines.version = trim(rest.substr(last));
  message.uri = trim(rest.substr(0, last));
  lines.start_line_ok = line == cat(first, " ", message.uri, " ", lines.version) &&
                        message.uri.find_first_of(" \t<>\"") == std::string::npos;
  return lines;
}

}  // namespace

absl::StatusOr<Lines> split_lines(std::string_view framed) {
  size_t end = framed.find("\r\n\r\n");
  if (end == std::string_view::npos) return absl::InvalidArgumentError("the header has no end");
  std::string_view block = framed.substr(0, end);
  size_t line_end = block.find("\r\n");
  auto lines = read_start_line(block.substr(0, line_end));
  if (!lines.ok()) return lines.status();
  block.remove_prefix(line_end == std::string_view::npos ? block.size() : line_end + 2);
  Message& message = lines->message;
  while (!block.empty()) {
    size_t at = block.find("\r\n");
    std::string_view line = block.substr(0, at);
    block.remove_prefix(at == std::string_view::npos ? block.size() : at + 2);
    if (line.find_first_of("\r\n") != std::string_view::npos)
      return absl::InvalidArgumentError("a header field contains a bare CR or LF");
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
      if (message.fields.empty()) return absl::InvalidArgumentError("the header begins with a folded line");
      message.fields.back().value += cat(" ", trim(line));
      continue;
    }
    std::string_view value = line;
    std::string_view name = trim(take_until(value, ':'));
    if (line.find(':') == std::string_view::npos || !is_token(name))
      return absl::InvalidArgumentError("a header field has no name");
    if (message.fields.size() > kMostFields) break;  // one more than allowed: judge_bounds() says so
    message.fields.push_back({long_name(name), std::string(trim(value))});
  }
  for (HeaderField& field : message.fields) field.value = trim(field.value);
  message.body = framed.substr(end + 4);
  return lines;
}

}  // namespace phone::signaling
