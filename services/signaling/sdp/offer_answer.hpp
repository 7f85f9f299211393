// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <functional>

#include "services/signaling/sdp/sdp.hpp"

// The offer/answer model (RFC 3264) with SDES (RFC 4568 section 5.1): what two descriptions agree on.
namespace phone::signaling {

struct NegotiatedMedia {
  std::string remote_address;  // empty, with port 0: held by a far end that has never named one
  uint16_t remote_port = 0;
  uint16_t rtcp_port = 0;         // 0: the next one
  bool rtcp_mux = false;          // RTCP has the port of RTP (RFC 5761)
  Format format;                  // what is sent
  uint8_t dtmf_payload_type = 0;  // of events that are sent
  uint32_t dtmf_clock_rate = 0;
  std::vector<Format> accepted;                       // what may come at any time, events and comfort noise among it
  uint32_t packet_milliseconds = 0;                   // of what is sent; 0: as this phone likes
  Direction direction = Direction::kSendReceive;      // ours
  SrtpKey transmit, receive;                          // both empty: clear RTP
  Direction far_direction = Direction::kSendReceive;  // theirs, as their description says
  size_t line = 0;                                    // the media line that was chosen
};

struct MediaRules {
  std::vector<std::string> codecs;
  std::vector<std::string> suites;  // in order of preference
  bool encrypted = true;            // SRTP or nothing, unless fallback
  bool fallback = false;            // policy allows clear media, and the peer supports X-cisco-srtp-fallback
};

// Same address and same key. Another far end must not learn the keys of the one before.
bool same_far_end(const NegotiatedMedia& left, const NegotiatedMedia& right);

// Both take the best of the audio lines rather than the first: a secure one where this phone encrypts, of equals the
// one in use or the first. The error names why each of them was refused. A host name in a description has been resolved
// before, or counts as no address.

// The far end's answer to our offer: what is sent is the first of its formats that this phone has. FAILED_PRECONDITION
// for an answer that is not to our offer: another tag, another suite, clear media; and for an address that nothing is
// sent to.
absl::StatusOr<NegotiatedMedia> accept_answer(const LocalSession& offer, const SessionDescription& answer,
                                              const MediaRules& rules);

// The lines of a description that a later one of ours must have as well, without the one that was chosen.
std::vector<OtherLine> other_lines(const SessionDescription& session, size_t chosen);

// Our answer to an offer, with all formats that both have. `fresh_key` makes a key of that many octets. `keep` is what
// is in use: our key stays if the far end's own key, suite and address are unchanged.
struct Answered {
  NegotiatedMedia negotiated;
  std::string sdp;
};
absl::StatusOr<Answered> answer_offer(const SessionDescription& offer, const LocalSession& local,
                                      const MediaRules& rules, const NegotiatedMedia* keep,
                                      const std::function<crypto::Secret(size_t)>& fresh_key);

}  // namespace phone::signaling
