// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sdp_answer.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <charconv>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace phone::lab {
namespace {

// Key and salt of RFC 4568 section 6.2 and RFC 7714 section 12.
std::string new_key(const std::string& suite) {
  const size_t size = suite == "AEAD_AES_256_GCM" ? 44 : suite == "AEAD_AES_128_GCM" ? 28 : 30;
  std::string key(size, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(size));
  return absl::Base64Escape(key);
}

template <typename Number>
Number number_of(const std::string& text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// PCMU, else PCMA, else the first.
std::string codec_of(const std::vector<std::string>& words) {
  for (const char* wanted : {"0", "8"}) {
    if (std::find(words.begin() + 3, words.end(), wanted) != words.end()) return wanted;
  }
  return words[3];
}

}  // namespace

Answer answer_offer(const std::string& offer, const AnswerWish& wish) {
  Answer answer;
  std::string media;
  bool audio = false;
  for (const std::string& line : sdp_lines(offer)) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (line.starts_with("c=") && words.size() == 3 && answer.address.empty()) answer.address = words[2];
    if (audio && line.starts_with(absl::StrCat("a=rtpmap:", answer.payload, " ")))
      absl::StrAppend(&media, line, "\r\n");
    if (!line.starts_with("m=") || words.size() < 4) continue;
    if (audio || !line.starts_with("m=audio")) {
      absl::StrAppend(&media, words[0], " 0 ", words[2], " ", words[3], "\r\n");
      continue;
    }
    audio = true;
    answer.port = number_of<uint16_t>(words[1]);
    const std::string codec = codec_of(words);
    answer.payload = number_of<int>(codec);
    absl::StrAppend(&media, "m=audio ", wish.port, " ", words[2], " ", codec, "\r\n");
    if (absl::StrContains(words[2], "SAVP")) {
      for (const CryptoLine& line_of_theirs : crypto_lines(offer)) {
        if (!answer.theirs.suite.empty() || (!wish.suite.empty() && line_of_theirs.suite != wish.suite)) continue;
        answer.theirs = line_of_theirs;
      }
      if (answer.theirs.suite.empty()) return {};
      answer.ours = {answer.theirs.tag, answer.theirs.suite, new_key(answer.theirs.suite)};
      absl::StrAppend(&media, "a=crypto:", answer.ours.tag, " ", answer.ours.suite, " inline:", answer.ours.key,
                      "\r\n");
    }
    absl::StrAppend(&media, "a=", wish.direction, "\r\n");
  }
  if (!audio) return {};
  answer.sdp =
      absl::StrCat("v=0\r\no=lab 1 1 IN IP4 ", wish.host, "\r\ns=-\r\nc=IN IP4 ", wish.host, "\r\nt=0 0\r\n", media);
  return answer;
}

}  // namespace phone::lab
