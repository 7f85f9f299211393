// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/time/time.h>
#include <google/protobuf/timestamp.pb.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/text/date_template.hpp"

namespace phone::phonectl {

// How to print: colours only on a terminal, times in the reader's zone.
struct View {
  bool colour = false;
  absl::TimeZone zone = absl::UTCTimeZone();
  std::optional<text::DateTemplate> dates;  // how the phone writes them; none: the year first
};

enum class Tone { kPlain, kGood, kBad, kDim, kStrong };

// `text` with control characters made visible: names come from the network and must not steer the terminal.
std::string plain(std::string_view text);

// `text`, made plain, in the colour of `tone`.
std::string paint(const View& view, Tone tone, std::string_view text);

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

// Left-aligned columns, two spaces apart, no space at the end of a line.
class Table {
 public:
  void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  std::string print(const View& view, std::string_view indent = "") const;

 private:
  std::vector<std::vector<Cell>> rows_;
};

// With times in that zone, written as the phone's configuration has it; as it was where that says nothing, or nothing
// that is known here.
View as_on_phone(View view, const std::string& zone, const std::string& date_template);

// "2026-11-23 21:04:05"; "" for a time that is not set.
std::string when(const View& view, const google::protobuf::Timestamp& time);
std::string date(const View& view, const google::protobuf::Timestamp& time);

// "-" for nothing.
std::string or_dash(std::string_view text);

// "Call", "Dials" ... joined with a separator, empty parts left out.
std::string join_known(std::initializer_list<std::string> parts, std::string_view separator = ", ");

}  // namespace phone::phonectl
