// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sdp.hpp"

#include <array>
#include <cstdlib>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace phone::lab {
namespace {

constexpr std::array kDirections{"sendrecv", "sendonly", "recvonly", "inactive"};
constexpr std::array<std::pair<const char*, const char*>, 4> kStaticCodecs{
    {{"0", "pcmu/8000"}, {"8", "pcma/8000"}, {"9", "g722/8000"}, {"18", "g729/8000"}}};  // RFC 3551 section 6

bool is_direction(const std::string& line) {
  for (const char* word : kDirections) {
    if (line == absl::StrCat("a=", word)) return true;
  }
  return false;
}

// The audio of an offer.
struct Audio {
  std::string origin, connection, port;
  std::vector<std::pair<std::string, std::string>> formats;  // number and codec, "0" and "pcmu/8000"
};

std::string codec_of(const std::string& format, const std::vector<std::string>& lines) {
  const std::string start = absl::StrCat("a=rtpmap:", format, " ");
  for (const std::string& line : lines) {
    if (line.starts_with(start)) return absl::AsciiStrToLower(line.substr(start.size()));
  }
  for (const auto& [number, codec] : kStaticCodecs) {
    if (format == number) return codec;
  }
  return {};
}

Audio audio_of(const std::string& sdp) {
  Audio audio;
  const std::vector<std::string> lines = sdp_lines(sdp);
  bool media = false, other = false;
  for (const std::string& line : lines) {
    if (line.starts_with("m=")) {
      media = line.starts_with("m=audio ") && audio.port.empty();
      other = !media;
    }
    if (other) continue;
    if (line.starts_with("o=")) audio.origin = line;
    if (line.starts_with("c=")) audio.connection = line;  // of the audio, where it has its own
    if (!line.starts_with("m=")) continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.size() > 1) audio.port = words[1];
    for (size_t i = 3; i < words.size(); ++i) audio.formats.emplace_back(words[i], codec_of(words[i], lines));
  }
  return audio;
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

std::optional<std::string> answer_between(const std::string& offer, const std::string& other) {
  const Audio offered = audio_of(offer), there = audio_of(other);
  std::string codec, events, attributes;
  for (const auto& format : offered.formats) {
    const auto& [number, name] = format;
    const bool both = !name.empty() && absl::c_linear_search(there.formats, format);
    std::string& chosen = absl::StartsWith(name, "telephone-event/") ? events : codec;
    if (!both || !chosen.empty()) continue;
    chosen = absl::StrCat(" ", number);
    absl::StrAppend(&attributes, "a=rtpmap:", number, " ", name, "\r\n");
    if (&chosen == &events) absl::StrAppend(&attributes, "a=fmtp:", number, " 0-15\r\n");
  }
  if (codec.empty() || there.port.empty()) return std::nullopt;
  const std::vector<CryptoLine> keys = crypto_lines(other);
  const char* profile = "RTP/AVP";
  for (const CryptoLine& line : crypto_lines(offer)) {
    const auto same = absl::c_find_if(keys, [&line](const CryptoLine& key) { return key.suite == line.suite; });
    if (same == keys.end()) continue;
    profile = "RTP/SAVP";
    absl::StrAppend(&attributes, "a=crypto:", line.tag, " ", line.suite, " inline:", same->key, "\r\n");
    break;
  }
  return absl::StrCat("v=0\r\n", there.origin, "\r\ns=-\r\n", there.connection, "\r\nt=0 0\r\nm=audio ", there.port,
                      " ", profile, codec, events, "\r\n", attributes, "a=", direction_of(other), "\r\n");
}

}  // namespace phone::lab
