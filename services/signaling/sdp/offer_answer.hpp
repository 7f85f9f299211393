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
  Format format;
  uint8_t dtmf_payload_type = 0;
  Direction direction = Direction::kSendReceive;      // ours
  SrtpKey transmit, receive;                          // both empty: clear RTP
  Direction far_direction = Direction::kSendReceive;  // theirs, as their description says
};

struct MediaRules {
  std::vector<std::string> codecs;
  std::vector<std::string> suites;  // in order of preference
  bool encrypted = true;            // SRTP or nothing, unless fallback
  bool fallback = false;            // policy allows clear media, and the peer supports X-cisco-srtp-fallback
};

// Same address and same key. Another far end must not learn the keys of the one before.
bool same_far_end(const NegotiatedMedia& left, const NegotiatedMedia& right);

// The far end's answer to our offer. FAILED_PRECONDITION for an answer that is not to our offer: another tag, another
// suite, clear media; and for an address that nothing is sent to.
absl::StatusOr<NegotiatedMedia> accept_answer(const LocalSession& offer, const SessionDescription& answer,
                                              const MediaRules& rules);

// Our answer to an offer. `fresh_key` makes a key of that many octets. `keep` is what is in use: our key stays if the
// far end's own key, suite and address are unchanged.
struct Answered {
  NegotiatedMedia negotiated;
  std::string sdp;
};
absl::StatusOr<Answered> answer_offer(const SessionDescription& offer, const LocalSession& local,
                                      const MediaRules& rules, const NegotiatedMedia* keep,
                                      const std::function<crypto::Secret(size_t)>& fresh_key);

}  // namespace phone::signaling
