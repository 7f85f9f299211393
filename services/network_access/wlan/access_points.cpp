// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/access_points.hpp"

#include <array>
#include <charconv>

#include "absl/strings/str_format.h"
#include "common/text/foreign_text.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kColumns = 5;
constexpr std::size_t kMaxFlags = 128;
constexpr std::size_t kMaxEscapedSsid = 32 * 4;

template <class Number>
bool read_whole(std::string_view text, Number& value) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// "bssid \t frequency \t signal \t flags \t ssid"; an SSID holds no tab, which is escaped.
bool parse_line(std::string_view line, AccessPoint& to) {
  std::array<std::string_view, kColumns> column;
  for (std::size_t at = 0; at < kColumns; ++at) {
    const auto tab = at + 1 == kColumns ? std::string_view::npos : line.find('\t');
    if (at + 1 < kColumns && tab == std::string_view::npos) return false;
    column[at] = line.substr(0, tab);
    line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
  }
  if (!is_hardware_address(column[0]) || !read_whole(column[1], to.frequency) || !read_whole(column[2], to.signal)) {
    return false;
  }
  to.address = column[0];
  to.flags = text::printable(column[3], kMaxFlags);
  to.ssid = text::printable(column[4], kMaxEscapedSsid);
  return true;
}

}  // namespace

std::vector<AccessPoint> parse_scan_results(std::string_view reply) {
  std::vector<AccessPoint> list;
  while (!reply.empty() && list.size() < kMaxAccessPoints) {
    const auto end = reply.find('\n');
    AccessPoint one;
    if (parse_line(reply.substr(0, end), one)) list.push_back(std::move(one));
    reply.remove_prefix(end == std::string_view::npos ? reply.size() : end + 1);
  }
  return list;
}

std::string escaped_ssid(std::string_view ssid) {
  std::string to;
  for (const char c : ssid) {
    switch (c) {
      case '"':
      case '\\':
        to += '\\';
        to += c;
        break;
      case '\033':
        to += "\\e";
        break;
      case '\n':
        to += "\\n";
        break;
      case '\r':
        to += "\\r";
        break;
      case '\t':
        to += "\\t";
        break;
      default:
        if (c >= 0x20 && c <= 0x7e) {
          to += c;
        } else {
          to += absl::StrFormat("\\x%02x", static_cast<unsigned char>(c));
        }
    }
  }
  return to;
}

std::string offered(const std::vector<AccessPoint>& list, std::string_view ssid) {
  const std::string wanted = escaped_ssid(ssid);
  for (const AccessPoint& one : list) {
    if (one.ssid == wanted) return one.flags;
  }
  return {};
}

}  // namespace phone::network
