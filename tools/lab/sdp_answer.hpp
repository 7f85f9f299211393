// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Answers that the call manager gives itself, to an offer it asked for.
#pragma once

#include <cstdint>
#include <string>

#include "tools/lab/sdp.hpp"

namespace phone::lab {

struct AnswerWish {
  std::string host;
  uint16_t port = 9;
  std::string direction = "inactive";
  std::string suite;  // that of the first crypto line when empty
};
struct Answer {
  std::string sdp;
  CryptoLine ours, theirs;  // no suite: plain RTP
  std::string address;      // where the other side takes its media
  uint16_t port = 0;
  int payload = 0;
};
// Refuses all but the first audio stream. An empty SDP: there is no such stream, or the suite is not offered.
Answer answer_offer(const std::string& offer, const AnswerWish& wish);

}  // namespace phone::lab
