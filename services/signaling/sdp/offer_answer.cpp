// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sdp/offer_answer.hpp"

#include <algorithm>

#include "common/net/far_address.hpp"
#include "services/signaling/sdp/formats.hpp"
#include "services/signaling/sdp/write_sdp.hpp"
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

absl::Status refused(std::string why) { return absl::FailedPreconditionError(std::move(why)); }

absl::Status take_addresses(const MediaLine& media, const LocalSession& local, NegotiatedMedia& negotiated) {
  const MediaAddress& address = media.address;
  if (!address.problem.empty()) return refused(cat("the media address ", address.problem));
  if (address.host.empty()) return refused("the session description has no media address");
  if (net::is_unspecified(address.host)) {
    negotiated.direction = negotiated.far_direction = Direction::kInactive;  // the hold of RFC 2543
    return absl::OkStatus();
  }
  if (address.is_name) return refused("the media address is a name that is not resolved");
  if (const absl::Status usable = net::check_far_address(address.host, local.address); !usable.ok())
    return refused(cat("the media address is ", usable.message()));
  const bool six = address.host.find(':') != std::string::npos;
  if (!local.address.empty() && six != (local.address.find(':') != std::string::npos))
    return refused(cat("the media address is ", six ? "IPv6" : "IPv4", ", and this phone's own in this call is not"));
  negotiated.remote_address = address.host;
  negotiated.remote_port = media.port;
  negotiated.direction = both(local.direction, reversed(media.direction));
  negotiated.far_direction = media.direction;
  // Reports go to the host of the media only, whatever else a description names.
  const MediaAddress& rtcp = media.rtcp_address;
  if (rtcp.problem.empty() && (rtcp.host.empty() || rtcp.host == address.host)) negotiated.rtcp_port = media.rtcp_port;
  return absl::OkStatus();
}

// What both have, in the order of `preferred`.
absl::Status take_formats(const MediaLine& media, const FormatChoice& choice, NegotiatedMedia& negotiated) {
  if (choice.audio.empty()) return refused(no_codec_in_common(media, choice.wanted));
  negotiated.format = choice.audio.front();
  if (const Format* events = events_for(choice, negotiated.format)) {
    negotiated.dtmf_payload_type = events->payload_type;
    negotiated.dtmf_clock_rate = events->clock_rate;
  }
  negotiated.accepted = choice.accepted;
  negotiated.packet_milliseconds = packet_milliseconds(media);
  return absl::OkStatus();
}

// A judge of one line gives what is agreed on it, or why there is nothing.
template <class Judge>
absl::StatusOr<NegotiatedMedia> best_of(const SessionDescription& session, bool secure_first, size_t in_use,
                                        std::string none, Judge judge) {
  std::vector<size_t> order;
  for (size_t i = 0; i < session.media.size(); ++i) {
    if (is_audio(session.media[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t left, size_t right) {
    const auto rank = [&](size_t at) { return std::pair(secure_first && !is_secure(session.media[at]), at != in_use); };
    return rank(left) < rank(right);
  });
  if (order.empty()) return refused(std::move(none));
  std::string why;
  for (const size_t at : order) {
    absl::StatusOr<NegotiatedMedia> negotiated = judge(session.media[at]);
    if (negotiated.ok()) {
      negotiated->line = at;
      return negotiated;
    }
    const std::string reason(negotiated.status().message());
    if (why.size() < 200 && why.find(reason) == std::string::npos) why += cat(why.empty() ? "" : "; ", reason);
  }
  return refused(std::move(why));
}

// Which of the offered keys is taken, and whether it is the one in use.
struct KeyChoice {
  const CryptoLine* line = nullptr;
  bool kept = false;
};

KeyChoice choose_key(const MediaLine& media, const MediaRules& rules, const NegotiatedMedia& negotiated,
                     const NegotiatedMedia* keep) {
  const bool same_place = keep != nullptr && keep->remote_address == negotiated.remote_address &&
                          keep->remote_port == negotiated.remote_port;
  KeyChoice chosen;
  for (const std::string& suite : rules.suites) {
    for (const CryptoLine& line : media.crypto) {
      if (line.suite != suite) continue;
      // The far end's key in use wins over a better suite: a change would cut the audio (sip.md section 5, pain 1).
      const bool kept = same_place && !chosen.kept && suite == keep->receive.suite &&
                        line.key_salt == keep->receive.key_salt && line.mki == keep->receive.mki;
      if (chosen.line == nullptr || kept) chosen = {&line, chosen.kept || kept};
    }
  }
  return chosen;
}

absl::Status take_key(const MediaLine& media, const MediaRules& rules, const NegotiatedMedia* keep,
                      const std::function<crypto::Secret(size_t)>& fresh_key, NegotiatedMedia& negotiated) {
  if (!is_secure(media)) {
    if (rules.encrypted && !rules.fallback) return refused("RTP is offered, and this phone requires SRTP");
    return absl::OkStatus();
  }
  const KeyChoice chosen = choose_key(media, rules, negotiated, keep);
  if (chosen.line == nullptr || !rules.encrypted) {
    return refused(media.crypto_problem.empty() || !rules.encrypted
                       ? "no SRTP crypto suite in common"
                       : cat("no SRTP crypto suite in common: ", media.crypto_problem));
  }
  const CryptoLine& line = *chosen.line;
  negotiated.transmit = {line.suite, chosen.kept ? keep->transmit.key_salt : fresh_key(*key_length(line.suite)),
                         line.tag};
  negotiated.receive = {line.suite, line.key_salt, line.tag, line.mki};
  return absl::OkStatus();
}

absl::Status take_answered_key(const LocalSession& offer, const MediaLine& media, const MediaRules& rules,
                               NegotiatedMedia& negotiated) {
  if (offer.crypto.empty())
    return is_secure(media) ? refused("the answer has SRTP although RTP was offered") : absl::OkStatus();
  if (!is_secure(media)) {
    return rules.fallback ? absl::OkStatus() : refused("the far end answered with RTP, and this phone requires SRTP");
  }
  if (media.crypto.size() != 1 || media.refused_crypto != 0) {
    return refused(cat("the answer does not have exactly one acceptable crypto attribute",
                       media.crypto_problem.empty() ? "" : ": ", media.crypto_problem));
  }
  const CryptoLine& theirs = media.crypto.front();
  const auto ours = std::find_if(offer.crypto.begin(), offer.crypto.end(),
                                 [&](const CryptoLine& one) { return one.tag == theirs.tag; });
  if (ours == offer.crypto.end() || ours->suite != theirs.suite)
    return refused("the answer has a crypto tag that was not offered");
  negotiated.transmit = {ours->suite, ours->key_salt, ours->tag};
  negotiated.receive = {theirs.suite, theirs.key_salt, theirs.tag, theirs.mki};
  return absl::OkStatus();
}

std::string answer_text(const SessionDescription& offer, const LocalSession& local, const NegotiatedMedia& negotiated) {
  const MediaLine& media = offer.media[negotiated.line];
  LocalSession answer = local;
  answer.others = other_lines(offer, negotiated.line);
  answer.line = negotiated.line;
  const SrtpKey& key = negotiated.transmit;
  std::vector<CryptoLine> crypto;
  if (!key.suite.empty()) crypto.push_back({key.tag, key.suite, key.key_salt});
  return write_description(answer, {.protocol = media.protocol,
                                    .formats = negotiated.accepted,
                                    .crypto = std::move(crypto),
                                    .direction = negotiated.direction,
                                    .rtcp_mux = media.rtcp_mux});
}

}  // namespace

bool same_far_end(const NegotiatedMedia& left, const NegotiatedMedia& right) {
  return left.remote_address == right.remote_address && left.remote_port == right.remote_port &&
         left.receive.suite == right.receive.suite && left.receive.key_salt == right.receive.key_salt &&
         left.receive.mki == right.receive.mki;
}

std::vector<OtherLine> other_lines(const SessionDescription& session, size_t chosen) {
  std::vector<OtherLine> others;
  for (size_t i = 0; i < session.media.size(); ++i) {
    const MediaLine& media = session.media[i];
    if (i == chosen) continue;
    others.push_back({media.type, media.protocol, media.raw_formats.empty() ? "0" : media.raw_formats.front()});
  }
  return others;
}

absl::StatusOr<NegotiatedMedia> accept_answer(const LocalSession& offer, const SessionDescription& answer,
                                              const MediaRules& rules) {
  return best_of(answer, !offer.crypto.empty(), offer.line, "the far end refused the audio",
                 [&](const MediaLine& media) -> absl::StatusOr<NegotiatedMedia> {
                   NegotiatedMedia negotiated;
                   absl::Status status = take_addresses(media, offer, negotiated);
                   if (status.ok()) status = take_formats(media, formats_of_answer(media, offer), negotiated);
                   if (status.ok()) status = take_answered_key(offer, media, rules, negotiated);
                   if (!status.ok()) return status;
                   return negotiated;
                 });
}

absl::StatusOr<Answered> answer_offer(const SessionDescription& offer, const LocalSession& local,
                                      const MediaRules& rules, const NegotiatedMedia* keep,
                                      const std::function<crypto::Secret(size_t)>& fresh_key) {
  auto negotiated = best_of(offer, rules.encrypted, keep == nullptr ? 0 : keep->line, "the offer has no audio",
                            [&](const MediaLine& media) -> absl::StatusOr<NegotiatedMedia> {
                              NegotiatedMedia made;
                              absl::Status status = take_addresses(media, local, made);
                              if (status.ok())
                                status = take_formats(media, formats_of_offer(media, rules.codecs), made);
                              if (!status.ok()) return status;
                              if (made.remote_address.empty() && keep != nullptr) {  // held: it is where it was
                                made.remote_address = keep->remote_address;
                                made.remote_port = keep->remote_port;
                              }
                              made.rtcp_mux = media.rtcp_mux;
                              status = take_key(media, rules, keep, fresh_key, made);
                              if (!status.ok()) return status;
                              return made;
                            });
  if (!negotiated.ok()) return negotiated.status();
  std::string text = answer_text(offer, local, *negotiated);
  return Answered{std::move(*negotiated), std::move(text)};
}

}  // namespace phone::signaling
