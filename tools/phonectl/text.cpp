// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/text.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <algorithm>

namespace phone::phonectl {
namespace {

const char* escape_of(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kBad:
      return "\x1b[31m";
    case Tone::kDim:
      return "\x1b[2m";
    case Tone::kStrong:
      return "\x1b[1m";
    case Tone::kPlain:
      break;
  }
  return "";
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Columns of a UTF-8 text, one per code point.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string time_text(const View& view, const google::protobuf::Timestamp& time, const char* format) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime(format, absl::FromUnixSeconds(time.seconds()), view.zone);
}

}  // namespace

std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned>(byte));
    } else if (c1) {  // U+0080..U+009F: 8-bit terminal controls
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(text[++i])));
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string paint(const View& view, Tone tone, std::string_view text) {
  if (!view.colour || tone == Tone::kPlain || text.empty()) return plain(text);
  return absl::StrCat(escape_of(tone), plain(text), "\x1b[0m");
}

std::string Table::print(const View& view, std::string_view indent) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(plain(row[i].text)));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line(indent);
    std::size_t pending = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::size_t used = width(plain(row[i].text));
      if (used != 0) {
        line.append(pending, ' ');
        pending = 0;
        line += paint(view, row[i].tone, row[i].text);
      }
      pending += widths[i] - used + 2;
    }
    absl::StrAppend(&out, line, "\n");
  }
  return out;
}

View as_on_phone(View view, const std::string& zone, const std::string& date_template) {
  absl::TimeZone known;
  if (!zone.empty() && absl::LoadTimeZone(zone, &known)) view.zone = known;
  if (auto dates = text::DateTemplate::parse(date_template)) view.dates = std::move(dates);
  return view;
}

std::string when(const View& view, const google::protobuf::Timestamp& time) {
  if (view.dates && time.seconds() != 0) return view.dates->date_time(absl::FromUnixSeconds(time.seconds()), view.zone);
  return time_text(view, time, "%Y-%m-%d %H:%M:%S");
}

std::string date(const View& view, const google::protobuf::Timestamp& time) {
  if (view.dates && time.seconds() != 0) return view.dates->date(absl::FromUnixSeconds(time.seconds()), view.zone);
  return time_text(view, time, "%Y-%m-%d");
}

std::string or_dash(std::string_view text) { return text.empty() ? "-" : std::string(text); }

std::string join_known(std::initializer_list<std::string> parts, std::string_view separator) {
  std::string out;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

}  // namespace phone::phonectl
