// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "services/signaling/sdp/sdp.hpp"

// Which payload types are agreed on a media line (RFC 3264 sections 5.1, 6.1 and 7).
namespace phone::signaling {

struct FormatChoice {
  std::vector<std::string> wanted;  // our codecs
  std::vector<Format> audio;        // codecs of both, with the numbers that the far end wants to get; the first is sent
  std::vector<Format> events;       // telephone-event, likewise
  std::vector<Format> accepted;     // what may come: ours to receive, under the numbers of both descriptions
};

// In an answer of ours: our order, the offer's numbers.
FormatChoice formats_of_offer(const MediaLine& offer, const std::vector<std::string>& codecs);
// In an answer to us: the answer's order. Only what was offered counts; a peer may send with our numbers or its own.
FormatChoice formats_of_answer(const MediaLine& answer, const LocalSession& offer);

// telephone-event with the clock of what is sent, else with 8000 Hz; null: none.
const Format* events_for(const FormatChoice& choice, const Format& sent);

// "no codec in common: the far end has PCMU/16000, G729/8000".
std::string no_codec_in_common(const MediaLine& media, const std::vector<std::string>& codecs);

// How long our packets are, by the far end's ptime and maxptime. 0: it has not said.
uint32_t packet_milliseconds(const MediaLine& media);

}  // namespace phone::signaling
