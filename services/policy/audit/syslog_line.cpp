// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/syslog_line.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/text/foreign_text.hpp"

namespace phone::policy {
namespace {

constexpr int kLogAudit = 13;  // facility
constexpr std::size_t kMostMessage = 2000, kMostDetails = 16, kMostValue = 300;
// Numbers of RFC 5612, for documentation and private use.
constexpr char kDetails[] = "detail@32473";

int severity_of(const mesh::v1::Event& event) {
  switch (event.severity()) {
    case mesh::v1::SEVERITY_ERROR:
      return 3;
    case mesh::v1::SEVERITY_WARNING:
      return 4;
    default:
      return 6;
  }
}

// PRINTUSASCII of a length; "-" when nothing is left.
std::string syslog_name(std::string text, std::size_t most, std::string_view without = {}) {
  for (char& c : text) {
    if (c <= ' ' || c >= 0x7f || without.find(c) != std::string_view::npos) c = '_';
  }
  text.resize(std::min(text.size(), most));
  return text.empty() ? "-" : text;
}

std::string detail_value(const std::string& text) {
  std::string escaped;
  for (const char c : text::clean(text, kMostValue)) {
    if (c == '"' || c == '\\' || c == ']') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

std::string syslog_line(const mesh::v1::Event& event, const std::string& host) {
  const absl::Time time = absl::FromUnixNanos(event.time().seconds() * 1'000'000'000 + event.time().nanos());
  std::string line = absl::StrCat("<", kLogAudit * 8 + severity_of(event), ">1 ",
                                  absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()), " ",
                                  syslog_name(host, 255), " ", syslog_name(absl::StrCat("phone-", event.service()), 48),
                                  " - ", syslog_name(event.kind(), 32), " ");
  if (event.detail().empty() && event.lost() == 0) {
    line += "-";
  } else {
    absl::StrAppend(&line, "[", kDetails);
    std::size_t details = 0;
    // Sorted, since a map of protobuf has no order.
    std::vector<std::pair<std::string, std::string>> sorted(event.detail().begin(), event.detail().end());
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [key, text] : sorted) {
      if (++details > kMostDetails) break;
      absl::StrAppend(&line, " ", syslog_name(key, 32, "=\"]"), "=\"", detail_value(text), "\"");
    }
    if (event.lost() > 0) absl::StrAppend(&line, " lost=\"", event.lost(), "\"");
    line += "]";
  }
  return absl::StrCat(line, " \xef\xbb\xbf", text::clean(event.text(), kMostMessage));
}

std::string syslog_frame(const std::string& line) { return absl::StrCat(line.size(), " ", line); }

}  // namespace phone::policy
