// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/sdp_answer.hpp"

#include <openssl/rand.h>

#include <array>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace phone::lab {
namespace {

using Formats = std::vector<std::pair<std::string, std::string>>;  // number and codec, "0" and "pcmu/8000"

constexpr std::array<std::pair<const char*, const char*>, 4> kStaticCodecs{
    {{"0", "pcmu/8000"}, {"8", "pcma/8000"}, {"9", "g722/8000"}, {"18", "g729/8000"}}};  // RFC 3551 section 6

// One media line with the lines below it.
struct Media {
  std::vector<std::string> words;  // of the media line
  std::string connection, direction;
  Formats formats;
  std::vector<CryptoLine> keys;
  bool audio() const { return words.size() > 3 && words[0] == "m=audio" && words[1] != "0"; }
};
struct Description {
  std::string origin, connection;
  std::vector<Media> media;
};

std::string codec_of(const std::string& number, const std::vector<std::string>& lines) {
  const std::string start = absl::StrCat("a=rtpmap:", number, " ");
  for (const std::string& line : lines) {
    if (line.starts_with(start)) return absl::AsciiStrToLower(line.substr(start.size()));
  }
  for (const auto& [known, codec] : kStaticCodecs) {
    if (number == known) return codec;
  }
  return {};
}

Media media_of(const std::vector<std::string>& lines) {
  Media media;
  media.words = absl::StrSplit(lines.front(), ' ', absl::SkipEmpty());
  std::string text;
  for (const std::string& line : lines) {
    absl::StrAppend(&text, line, "\r\n");
    if (line.starts_with("c=")) media.connection = line;
  }
  media.keys = crypto_lines(text);
  media.direction = direction_of(text);
  for (size_t i = 3; i < media.words.size(); ++i)
    media.formats.emplace_back(media.words[i], codec_of(media.words[i], lines));
  return media;
}

Description description_of(const std::string& sdp) {
  Description description;
  std::vector<std::string> section;
  const auto close = [&] {
    if (!section.empty()) description.media.push_back(media_of(section));
    section.clear();
  };
  for (const std::string& line : sdp_lines(sdp)) {
    if (line.starts_with("m=")) close();
    if (line.starts_with("m=") || !section.empty()) {
      section.push_back(line);
    } else if (line.starts_with("o=")) {
      description.origin = line;
    } else if (line.starts_with("c=")) {
      description.connection = line;
    }
  }
  close();
  return description;
}

// Key and salt of RFC 4568 section 6.2 and RFC 7714 section 12.
std::string new_key(const std::string& suite) {
  const size_t size = suite == "AEAD_AES_256_GCM" ? 44 : suite == "AEAD_AES_128_GCM" ? 28 : 30;
  std::string key(size, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(size));
  return absl::Base64Escape(key);
}

std::optional<CryptoLine> key_for(const Media& media, const Answerer& answerer) {
  for (const CryptoLine& line : media.keys) {
    if (!answerer.keys) return CryptoLine{line.tag, line.suite, new_key(line.suite)};
    const auto same =
        absl::c_find_if(*answerer.keys, [&line](const CryptoLine& key) { return key.suite == line.suite; });
    if (same != answerer.keys->end()) return CryptoLine{line.tag, line.suite, same->key};
  }
  return std::nullopt;
}

bool is_events(const std::string& codec) { return absl::StartsWith(codec, "telephone-event/"); }

// The first codec and the first events that both have. Who takes anything takes G.711 first.
Formats common(const Media& media, const Answerer& answerer) {
  Formats both, chosen;
  for (const auto& format : media.formats) {
    const bool has = !format.second.empty() && (!answerer.formats || absl::c_linear_search(*answerer.formats, format));
    if (has) both.push_back(format);
  }
  if (!answerer.formats)
    absl::c_stable_sort(both, [](const auto& left, const auto& right) {
      return absl::StartsWith(left.second, "pcm") > absl::StartsWith(right.second, "pcm");
    });
  const auto codec = absl::c_find_if(both, [](const auto& format) { return !is_events(format.second); });
  if (codec == both.end()) return {};
  chosen.push_back(*codec);
  const auto events = absl::c_find_if(both, [](const auto& format) { return is_events(format.second); });
  if (events != both.end()) chosen.push_back(*events);
  return chosen;
}

size_t choose(const std::vector<Media>& media, const Answerer& answerer) {
  size_t chosen = media.size();
  for (size_t i = 0; i < media.size(); ++i) {
    if (!media[i].audio() || common(media[i], answerer).empty()) continue;
    if (key_for(media[i], answerer)) return i;
    if (chosen == media.size()) chosen = i;
  }
  return chosen;
}

std::string answer_line(const Media& media, const Answerer& answerer) {
  const auto key = key_for(media, answerer);
  std::string numbers, attributes;
  for (const auto& [number, codec] : common(media, answerer)) {
    absl::StrAppend(&numbers, " ", number);
    absl::StrAppend(&attributes, "a=rtpmap:", number, " ", codec, "\r\n");
    if (is_events(codec)) absl::StrAppend(&attributes, "a=fmtp:", number, " 0-15\r\n");
  }
  if (key) absl::StrAppend(&attributes, "a=crypto:", key->tag, " ", key->suite, " inline:", key->key, "\r\n");
  return absl::StrCat("m=audio ", answerer.port, key ? " RTP/SAVP" : " RTP/AVP", numbers, "\r\n", attributes,
                      "a=", answerer.direction, "\r\n");
}

}  // namespace

Answerer nobody_at(const std::string& uri_host) {
  const bool six = uri_host.starts_with('[');
  const std::string host = six ? uri_host.substr(1, uri_host.size() - 2) : uri_host;
  const char* family = six ? "IP6" : "IP4";
  return {.origin = absl::StrCat("o=lab 1 1 IN ", family, " ", host),
          .connection = absl::StrCat("c=IN ", family, " ", host),
          .port = "9",
          .direction = "inactive",
          .formats = {},
          .keys = {}};
}

std::optional<Answerer> party_of(const std::string& offer) {
  const Description description = description_of(offer);
  for (const Media& media : description.media) {
    if (!media.audio()) continue;
    return Answerer{.origin = description.origin,
                    .connection = media.connection.empty() ? description.connection : media.connection,
                    .port = media.words[1],
                    .direction = direction_of(offer),
                    .formats = media.formats,
                    .keys = media.keys};
  }
  return std::nullopt;
}

std::optional<std::string> answer_offer(const std::string& offer, const Answerer& answerer) {
  const std::vector<Media> media = description_of(offer).media;
  const size_t chosen = choose(media, answerer);
  if (chosen == media.size()) return std::nullopt;
  std::string answer = absl::StrCat("v=0\r\n", answerer.origin, "\r\ns=-\r\n", answerer.connection, "\r\nt=0 0\r\n");
  for (size_t i = 0; i < media.size(); ++i) {
    const std::vector<std::string>& words = media[i].words;
    if (i == chosen)
      absl::StrAppend(&answer, answer_line(media[i], answerer));
    else if (words.size() > 3)
      absl::StrAppend(&answer, words[0], " 0 ", words[2], " ", words[3], "\r\n");
  }
  return answer;
}

std::optional<std::string> answer_between(const std::string& offer, const std::string& other) {
  const auto party = party_of(other);
  return party ? answer_offer(offer, *party) : std::nullopt;
}

}  // namespace phone::lab
