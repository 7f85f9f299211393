// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sdp/offer_answer.hpp"

#include <algorithm>

#include "common/net/far_address.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

Direction reversed(Direction direction) {
  if (direction == Direction::kSendOnly) return Direction::kReceiveOnly;
  if (direction == Direction::kReceiveOnly) return Direction::kSendOnly;
  return direction;
}

Direction both(Direction left, Direction right) {
  const bool send = sends(left) && sends(right), receive = receives(left) && receives(right);
  if (send) return receive ? Direction::kSendReceive : Direction::kSendOnly;
  return receive ? Direction::kReceiveOnly : Direction::kInactive;
}

size_t audio_line(const SessionDescription& session) {
  for (size_t i = 0; i < session.media.size(); ++i) {
    const MediaLine& media = session.media[i];
    if (media.type == "audio" && media.port != 0 && (media.protocol == "RTP/SAVP" || media.protocol == "RTP/AVP"))
      return i;
  }
  return session.media.size();
}

const Format* find_codec(const MediaLine& media, std::string_view codec) {
  for (const Format& format : media.formats) {
    if (iequals(format.name, codec)) return &format;
  }
  return nullptr;
}

// The first of ours that the other side has, with the payload type the other side wants.
absl::StatusOr<NegotiatedMedia> agree(const MediaLine& media, const std::vector<std::string>& codecs,
                                      const LocalSession& local) {
  if (media.address.empty()) return absl::FailedPreconditionError("the session description has no media address");
  NegotiatedMedia negotiated;
  if (net::is_unspecified(media.address)) {
    negotiated.direction = negotiated.far_direction = Direction::kInactive;  // the hold of RFC 2543
  } else {
    const absl::Status usable = net::check_far_address(media.address, local.address);
    if (!usable.ok()) return absl::FailedPreconditionError(cat("the media address is ", usable.message()));
    negotiated.remote_address = media.address;
    negotiated.remote_port = media.port;
    negotiated.direction = both(local.direction, reversed(media.direction));
    negotiated.far_direction = media.direction;
  }
  if (const Format* events = find_codec(media, "telephone-event")) negotiated.dtmf_payload_type = events->payload_type;
  for (const std::string& codec : codecs) {
    const Format* format = own_format(codec).has_value() ? find_codec(media, codec) : nullptr;
    if (format == nullptr) continue;
    negotiated.format = *format;
    return negotiated;
  }
  return absl::FailedPreconditionError("no codec in common");
}

std::string answer_text(const SessionDescription& offer, size_t chosen, const LocalSession& local,
                        const NegotiatedMedia& negotiated) {
  std::string_view family = local.address.find(':') == std::string::npos ? "IP4 " : "IP6 ";
  std::string text = cat("v=0\r\no=- ", local.session_id, " ", local.version, " IN ", family, local.address,
                         "\r\ns=SIP Call\r\nc=IN ", family, local.address, "\r\nt=0 0\r\n");
  for (size_t i = 0; i < offer.media.size(); ++i) {
    const MediaLine& media = offer.media[i];
    if (i != chosen) {
      text += cat("m=", media.type, " 0 ", media.protocol, " ",
                  media.raw_formats.empty() ? "0" : media.raw_formats.front(), "\r\n");
      continue;
    }
    int type = negotiated.format.payload_type, events = negotiated.dtmf_payload_type;
    bool secure = !negotiated.transmit.suite.empty();
    text += cat("m=audio ", static_cast<int>(local.port), secure ? " RTP/SAVP " : " RTP/AVP ", type);
    if (events != 0) text += cat(" ", events);
    text += cat("\r\na=rtpmap:", type, " ", negotiated.format.name, "/", negotiated.format.clock_rate,
                iequals(negotiated.format.name, "opus") ? "/2" : "", "\r\n");
    if (events != 0) text += cat("a=rtpmap:", events, " telephone-event/8000\r\na=fmtp:", events, " 0-15\r\n");
    if (secure)
      text += cat(
          "a=crypto:", write_crypto({negotiated.transmit.tag, negotiated.transmit.suite, negotiated.transmit.key_salt}),
          "\r\n");
    text += cat("a=", direction_word(negotiated.direction), "\r\n");
  }
  return text;
}

}  // namespace

bool same_far_end(const NegotiatedMedia& left, const NegotiatedMedia& right) {
  return left.remote_address == right.remote_address && left.remote_port == right.remote_port &&
         left.receive.suite == right.receive.suite && left.receive.key_salt == right.receive.key_salt;
}

absl::StatusOr<NegotiatedMedia> accept_answer(const LocalSession& offer, const SessionDescription& answer,
                                              const MediaRules& rules) {
  size_t at = audio_line(answer);
  if (at == answer.media.size()) return absl::FailedPreconditionError("the far end refused the audio");
  const MediaLine& media = answer.media[at];
  auto negotiated = agree(media, offer.codecs, offer);
  if (!negotiated.ok()) return negotiated.status();
  bool secure = media.protocol == "RTP/SAVP";
  if (offer.crypto.empty()) {
    if (secure) return absl::FailedPreconditionError("the answer has SRTP although RTP was offered");
    return negotiated;
  }
  if (!secure) {
    if (rules.fallback) return negotiated;
    return absl::FailedPreconditionError("the far end answered with RTP, and this phone requires SRTP");
  }
  if (media.crypto.size() != 1 || media.refused_crypto != 0)
    return absl::FailedPreconditionError("the answer does not have exactly one acceptable crypto attribute");
  const CryptoLine& theirs = media.crypto.front();
  auto ours = std::find_if(offer.crypto.begin(), offer.crypto.end(),
                           [&](const CryptoLine& one) { return one.tag == theirs.tag; });
  if (ours == offer.crypto.end() || ours->suite != theirs.suite) {
    return absl::FailedPreconditionError("the answer has a crypto tag that was not offered");
  }
  negotiated->transmit = {ours->suite, ours->key_salt, ours->tag};
  negotiated->receive = {theirs.suite, theirs.key_salt, theirs.tag};
  return negotiated;
}

absl::StatusOr<Answered> answer_offer(const SessionDescription& offer, const LocalSession& local,
                                      const MediaRules& rules, const NegotiatedMedia* keep,
                                      const std::function<crypto::Secret(size_t)>& fresh_key) {
  size_t at = audio_line(offer);
  if (at == offer.media.size()) return absl::FailedPreconditionError("the offer has no audio");
  const MediaLine& media = offer.media[at];
  auto negotiated = agree(media, rules.codecs, local);
  if (!negotiated.ok()) return negotiated.status();
  if (negotiated->remote_address.empty() && keep != nullptr) {  // held: it is where it was
    negotiated->remote_address = keep->remote_address;
    negotiated->remote_port = keep->remote_port;
  }
  if (media.protocol == "RTP/SAVP") {
    const bool same_place = keep != nullptr && keep->remote_address == negotiated->remote_address &&
                            keep->remote_port == negotiated->remote_port;
    const CryptoLine* chosen = nullptr;
    bool same = false;
    for (const std::string& suite : rules.suites) {
      for (const CryptoLine& line : media.crypto) {
        if (line.suite != suite) continue;
        // The far end's key in use wins over a better suite: a change would cut the audio (sip.md section 5, pain 1).
        const bool kept =
            same_place && !same && suite == keep->receive.suite && line.key_salt == keep->receive.key_salt;
        if (chosen == nullptr || kept) chosen = &line;
        same = same || kept;
      }
    }
    if (chosen == nullptr || !rules.encrypted) return absl::FailedPreconditionError("no SRTP crypto suite in common");
    negotiated->transmit = {chosen->suite, same ? keep->transmit.key_salt : fresh_key(*key_length(chosen->suite)),
                            chosen->tag};
    negotiated->receive = {chosen->suite, chosen->key_salt, chosen->tag};
  } else if (rules.encrypted && !rules.fallback) {
    return absl::FailedPreconditionError("RTP is offered, and this phone requires SRTP");
  }
  std::string text = answer_text(offer, at, local, *negotiated);
  return Answered{std::move(*negotiated), std::move(text)};
}

}  // namespace phone::signaling
