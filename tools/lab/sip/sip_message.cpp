// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/sip_message.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

constexpr size_t kMaxHead = 65536;
constexpr size_t kMaxBody = 1UL << 20;

struct Compact {
  char letter;
  const char* name;
};
constexpr Compact kCompact[] = {
    {'v', "Via"},         {'i', "Call-ID"},      {'m', "Contact"},        {'f', "From"},
    {'t', "To"},          {'c', "Content-Type"}, {'l', "Content-Length"}, {'e', "Content-Encoding"},
    {'k', "Supported"},   {'s', "Subject"},      {'o', "Event"},          {'r', "Refer-To"},
    {'b', "Referred-By"}, {'u', "Allow-Events"}, {'x', "Session-Expires"}};

char lower(char one) { return one >= 'A' && one <= 'Z' ? static_cast<char>(one + 32) : one; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string long_name(std::string_view name) {
  if (name.size() == 1) {
    for (const Compact& one : kCompact) {
      if (lower(name[0]) == one.letter) return one.name;
    }
  }
  return std::string(name);
}

bool parse_start(std::string_view line, SipMessage& message) {
  const size_t first = line.find(' ');
  const size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (line.starts_with("SIP/2.0 ")) {
    const std::string_view code = line.substr(8, 3);
    std::from_chars(code.data(), code.data() + code.size(), message.status);
    message.reason = line.size() > 12 ? line.substr(12) : std::string_view();
    return message.status >= 100 && message.status <= 699;
  }
  if (second == std::string_view::npos || line.substr(second + 1) != "SIP/2.0") return false;
  message.method = line.substr(0, first);
  message.uri = line.substr(first + 1, second - first - 1);
  return !message.method.empty() && !message.uri.empty();
}

// The value after its address: where header parameters are.
std::string_view parameters(const std::string& value) {
  const size_t bracket = value.find('>');
  const size_t start = value.find(';', bracket == std::string::npos ? 0 : bracket);
  return start == std::string::npos ? std::string_view() : std::string_view(value).substr(start);
}

std::optional<std::string> find_parameter(const std::string& value, std::string_view name) {
  std::string_view rest = parameters(value);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view one = trim(rest.substr(0, end));
    const size_t equals = one.find('=');
    if (same_word(trim(one.substr(0, equals)), name)) {
      return equals == std::string_view::npos ? std::string() : std::string(trim(one.substr(equals + 1)));
    }
    rest.remove_prefix(end);
  }
  return std::nullopt;
}

}  // namespace

bool same_word(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string SipMessage::header(std::string_view name) const {
  for (const Header& one : headers) {
    if (same_word(one.name, name)) return one.value;
  }
  return {};
}

std::vector<std::string> SipMessage::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const Header& one : headers) {
    if (same_word(one.name, name)) values.push_back(one.value);
  }
  return values;
}

SipMessage& SipMessage::add(std::string name, std::string value) {
  headers.push_back({std::move(name), std::move(value)});
  return *this;
}

std::string SipMessage::text() const {
  std::string out = is_request() ? absl::StrCat(method, " ", uri, " SIP/2.0\r\n")
                                 : absl::StrCat("SIP/2.0 ", status, " ", reason, "\r\n");
  for (const Header& one : headers) {
    if (!same_word(one.name, "Content-Length")) absl::StrAppend(&out, one.name, ": ", one.value, "\r\n");
  }
  absl::StrAppend(&out, "Content-Length: ", body.size(), "\r\n\r\n", body);
  return out;
}

std::optional<SipMessage> parse_sip(std::string_view text) {
  SipMessage message;
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view head = text.substr(0, end);
  message.body = text.substr(end + 4);
  bool first = true;
  while (!head.empty()) {
    const size_t stop = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, stop);
    head.remove_prefix(std::min(stop + 2, head.size()));
    if (first) {
      if (!parse_start(line, message)) return std::nullopt;
      first = false;
    } else if (!line.empty() && (line[0] == ' ' || line[0] == '\t') && !message.headers.empty()) {
      message.headers.back().value += " " + std::string(trim(line));
    } else {
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos) return std::nullopt;
      message.add(long_name(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
    }
  }
  const bool whole = !message.header("Via").empty() && !message.header("Call-ID").empty() &&
                     !message.header("From").empty() && !message.header("To").empty() && sip_cseq(message) > 0;
  return whole ? std::optional(message) : std::nullopt;
}

std::string sip_uri(const std::string& value) {
  const size_t open = value.find('<');
  if (open != std::string::npos) return value.substr(open + 1, value.find('>', open) - open - 1);
  return value.substr(0, value.find(';'));
}

std::string sip_user(const std::string& value) {
  const std::string uri = sip_uri(value);
  const size_t colon = uri.find(':');
  const size_t at = uri.find('@');
  if (colon == std::string::npos || at == std::string::npos || at < colon) return {};
  const std::string user = uri.substr(colon + 1, at - colon - 1);
  return user.substr(0, user.find_first_of(";:"));
}

std::string sip_parameter(const std::string& value, const std::string& name) {
  return find_parameter(value, name).value_or("");
}

bool sip_has_parameter(const std::string& value, const std::string& name) {
  return find_parameter(value, name).has_value();
}

unsigned sip_cseq(const SipMessage& message) {
  const std::string value = message.header("CSeq");
  unsigned number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

std::string sip_cseq_method(const SipMessage& message) {
  const std::string value = message.header("CSeq");
  const size_t space = value.find_last_of(" \t");
  return space == std::string::npos ? std::string() : value.substr(space + 1);
}

std::string sip_branch(const SipMessage& message) { return sip_parameter(message.header("Via"), "branch"); }

std::optional<std::string> SipFramer::next() {
  while (buffer_.starts_with("\r\n")) {
    buffer_.erase(0, 2);
    line_ends_ = !line_ends_;
    pings_ += line_ends_ ? 0 : 1;
  }
  const size_t end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    broken_ = broken_ || buffer_.size() > kMaxHead;
    return std::nullopt;
  }
  const auto head = parse_sip(std::string_view(buffer_).substr(0, end + 4));
  size_t length = 0;
  const std::string value = head ? head->header("Content-Length") : "";
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), length);
  if (!head || value.empty() || parsed.ptr != value.data() + value.size() || length > kMaxBody) {
    broken_ = true;
    return std::nullopt;
  }
  if (buffer_.size() < end + 4 + length) return std::nullopt;
  std::string message = buffer_.substr(0, end + 4 + length);
  buffer_.erase(0, end + 4 + length);
  line_ends_ = false;
  return message;
}

unsigned SipFramer::take_pings() { return std::exchange(pings_, 0U); }

}  // namespace phone::lab
