// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the far end plays before it has answered: a provisional response with a session description is heard, in the
// directions that it says, in place of the ringback tone (RFC 3960). Of several far ends that ring, the first one that
// is heard stays; the final answer may be another's.
#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

void CallList::take_early_media(Call& call, const Message& response, TimePoint now) {
  const auto sdp = session_description(response);
  const bool theirs = call.early_media_tag.empty() || call.early_media_tag == response.to_tag();
  if (!sdp.ok() || sdp->empty() || !theirs || is_cancelling(call.state)) return;
  auto negotiated = judge_answer(call, response);
  if (!negotiated.ok()) {
    ua_port_.report("call.early_media_refused", Severity::kInfo,
                    cat("early media of the far end is not played: ", negotiated.status().message()),
                    {{"call", call.id}});
    return;
  }
  const bool again = call.negotiated.has_value() && same_far_end(*call.negotiated, *negotiated) &&
                     call.negotiated->format == negotiated->format &&
                     call.negotiated->direction == negotiated->direction;
  if (again) return;
  // Another address, or another key, of a far end that has been sent to: its answer will be asked for with new keys.
  if (call.negotiated.has_value() && !same_far_end(*call.negotiated, *negotiated)) return;
  call.early_media_tag = response.to_tag();
  call.early_media_said = call.early_media_said || response.status != 180;
  call.negotiated = std::move(*negotiated);
  configure_media(call);
  if (call.ringing_back && hears_early_media(call)) stop_ringback(call);
  judge(call, now);
  delegate_.changed();
}

// Who only says that it rings may be silent: the tone goes on until a packet comes.
bool CallList::hears_early_media(const Call& call) const {
  const bool packets = call.receive == MediaFact::kEncrypted || call.receive == MediaFact::kClear;
  return !call.early_media_tag.empty() && call.negotiated.has_value() && receives(call.negotiated->direction) &&
         (call.early_media_said || packets);
}

void CallList::ring_out(Call& call) {
  if (call.state != SessionState::kRingingOut || call.ringing_back || hears_early_media(call)) return;
  call.ringing_back = true;
  ua_port_.play_tone(sounds_of_precedence(call) ? Tone::kPrecedenceRingback : Tone::kRingback, call.stream);
}

void CallList::stop_ringback(Call& call) {
  call.ringing_back = false;
  ua_port_.play_tone(Tone::kNone, call.stream);
}

bool CallList::is_another_after_early_media(const Call& call, const NegotiatedMedia& negotiated) const {
  return !call.confirmed() && call.negotiated.has_value() && !call.early_media_tag.empty() &&
         !negotiated.transmit.suite.empty() && !same_far_end(*call.negotiated, negotiated);
}

void CallList::leave_early_media(Call& call) {
  StreamSetting silent = setting_of(call, *call.negotiated);
  silent.direction = Direction::kInactive;
  ++call.orders;
  ua_port_.configure_stream(silent, [](const absl::Status&) {});
  call.negotiated.reset();
  call.accepted_by_media.reset();
  call.early_media_tag.clear();
}

bool CallList::is_early_answer_in_force(const Call& call, const Message& message) const {
  if (call.confirmed() || call.early_media_tag.empty() || call.early_media_tag != message.to_tag()) return false;
  const auto sdp = session_description(message);
  return call.negotiated.has_value() && sdp.ok() && sdp->empty();
}

}  // namespace phone::signaling
