// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/sdp.hpp"

#include <array>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace phone::lab {
namespace {

constexpr std::array kDirections{"sendrecv", "sendonly", "recvonly", "inactive"};

bool is_direction(const std::string& line) {
  for (const char* word : kDirections) {
    if (line == absl::StrCat("a=", word)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> sdp_lines(const std::string& sdp) {
  return absl::StrSplit(sdp, absl::ByAnyChar("\r\n"), absl::SkipEmpty());
}

std::vector<CryptoLine> crypto_lines(const std::string& sdp) {
  std::vector<CryptoLine> found;
  for (const std::string& line : sdp_lines(sdp)) {
    const std::string kCrypto = "a=crypto:", kInline = "inline:";
    if (!line.starts_with(kCrypto)) continue;
    const std::vector<std::string> words = absl::StrSplit(line.substr(kCrypto.size()), ' ', absl::SkipEmpty());
    if (words.size() < 3 || !words[2].starts_with(kInline)) continue;
    found.push_back({words[0], words[1], words[2].substr(kInline.size(), words[2].find('|') - kInline.size())});
  }
  return found;
}

std::string direction_of(const std::string& sdp) {
  std::string direction = kDirections[0];
  bool other = false;
  for (const std::string& line : sdp_lines(sdp)) {
    if (line.starts_with("m=")) other = !line.starts_with("m=audio ");
    if (!other && is_direction(line)) direction = line.substr(2);
  }
  return direction;
}

std::string held(const std::string& sdp, HoldAs as, unsigned raise) {
  const char* direction = as == HoldAs::kNone ? "sendrecv" : as == HoldAs::kSendonly ? "sendonly" : "inactive";
  std::string made;
  bool media = false;
  for (std::string line : sdp_lines(sdp)) {
    if (is_direction(line)) continue;
    if (line.starts_with("o=")) {
      std::vector<std::string> words = absl::StrSplit(line, ' ');
      if (words.size() > 2) words[2] = absl::StrCat(std::strtoull(words[2].c_str(), nullptr, 10) + raise);
      line = absl::StrJoin(words, " ");
    }
    if (line.starts_with("c=") && as == HoldAs::kZeroAddress) line = "c=IN IP4 0.0.0.0";
    if (line.starts_with("m=") && std::exchange(media, true)) absl::StrAppend(&made, "a=", direction, "\r\n");
    absl::StrAppend(&made, line, "\r\n");
  }
  absl::StrAppend(&made, "a=", direction, "\r\n");
  return made;
}

}  // namespace phone::lab
