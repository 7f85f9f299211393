// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Makes all answers of the lab. The call manager has no media: an answer describes another phone's, or none.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/lab/sip/sdp.hpp"

namespace phone::lab {

// Whose media an answer names.
struct Answerer {
  std::string origin, connection;  // whole lines, "o=.." and "c=.."
  std::string port, direction;
  std::optional<std::vector<std::pair<std::string, std::string>>> formats;  // number and codec; none: any
  std::optional<std::vector<CryptoLine>> keys;                              // none: a fresh one for any suite
};

// Takes any offer, G.711 first, and sends nothing: port 9, inactive.
Answerer nobody_at(const std::string& uri_host);
// The party that has made this offer itself. Nothing without audio.
std::optional<Answerer> party_of(const std::string& offer);

// Refuses all lines of the offer but one audio line: the first with a codec and an SRTP suite in common, else the first
// with a codec, as plain RTP (X-cisco-srtp-fallback). The codec is the offer's first with the same number in both.
// Nothing without a common codec.
std::optional<std::string> answer_offer(const std::string& offer, const Answerer& answerer);

// The answer to `offer` that names the address, port and key of `other`'s own offer.
std::optional<std::string> answer_between(const std::string& offer, const std::string& other);

}  // namespace phone::lab
