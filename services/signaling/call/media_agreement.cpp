// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Media has the last word on what has been negotiated: an offer is answered once it has agreed, and refused with its
// reason otherwise (RFC 3264 section 6). An answer of the far end cannot be refused any more: what media does not take
// of it ends the call, or leaves it as it was, and is said.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMostAlsoReceived = 16;  // media.proto

}  // namespace

StreamSetting media_setting(const NegotiatedMedia& negotiated) {
  StreamSetting setting;
  setting.remote_address = negotiated.remote_address;
  setting.remote_port = negotiated.remote_port;
  setting.codec = negotiated.format.name;
  setting.payload_type = negotiated.format.payload_type;
  setting.clock_rate = negotiated.format.clock_rate;
  setting.leaves_out_silence = negotiated.format.leaves_out_silence;
  setting.packet_milliseconds = negotiated.packet_milliseconds;
  setting.rtcp_port = negotiated.rtcp_port;
  setting.rtcp_mux = negotiated.rtcp_mux;
  setting.direction = negotiated.direction;
  setting.transmit = negotiated.transmit;
  setting.receive = negotiated.receive;
  return setting;
}

StreamSetting CallList::setting_of(const Call& call, const NegotiatedMedia& negotiated) const {
  StreamSetting setting = media_setting(negotiated);
  setting.stream = call.stream;
  setting.call = call.id;
  setting.dtmf_payload_type = negotiated.dtmf_payload_type;
  setting.dtmf_clock_rate = negotiated.dtmf_clock_rate;
  for (const Format& format : negotiated.accepted) {
    const bool named = format.payload_type == setting.payload_type || format.payload_type == setting.dtmf_payload_type;
    if (!named && setting.also_receive.size() < kMostAlsoReceived) setting.also_receive.push_back(format);
  }
  setting.has_user = call.has_user();
  setting.dscp = dscp_of(call);
  setting.cookie = call.kept_offer.empty() ? call.origin.preview(write_offer(call.local)) : call.kept_offer;
  return setting;
}

void CallList::configure_media(Call& call) {
  if (!call.negotiated.has_value()) return;
  call.codec = call.negotiated->format.name;
  call.transmit_suite = call.negotiated->transmit.suite;
  call.receive_suite = call.negotiated->receive.suite;
  const uint64_t order = ++call.orders;
  ua_port_.configure_stream(
      setting_of(call, *call.negotiated),
      [this, id = call.id, order](const absl::Status& status) { on_media_ordered(id, order, status); });
}

void CallList::ask_media(Call& call, AskedMedia asked) {
  call.asked = std::move(asked);
  Call would_be = call;
  put_in_force(would_be, *call.asked);
  StreamSetting setting = setting_of(would_be, *would_be.negotiated);
  setting.has_user = call.has_user();
  const uint64_t order = call.asked->order = ++call.orders;
  ua_port_.configure_stream(
      setting, [this, id = call.id, order](const absl::Status& status) { on_media_asked(id, order, status); });
}

void CallList::put_in_force(Call& call, const AskedMedia& asked) {
  const NegotiatedMedia& negotiated = asked.answered.negotiated;
  call.negotiated = negotiated;
  call.held_by_far_end = !receives(negotiated.far_direction);
  call.local.others = asked.others;
  call.local.line = negotiated.line;
  call.local.direction = asked.direction;
  call.local.crypto.clear();
  const SrtpKey& key = negotiated.transmit;
  if (!key.suite.empty()) call.local.crypto.push_back({key.tag, key.suite, key.key_salt});
  call.kept_offer.clear();
}

void CallList::drop_asked(Call& call) {
  if (!call.asked.has_value()) return;
  const AskedMedia asked = *std::exchange(call.asked, std::nullopt);
  if (asked.key != call.server_key) reply(asked.key, asked.request, 487, call.dialog.local_tag, "", delegate_.now());
}

void CallList::on_media_asked(const std::string& id, uint64_t order, const absl::Status& status) {
  Call* call = find(id);
  if (call == nullptr || !call->asked.has_value() || call->asked->order != order) return;
  const AskedMedia asked = *std::exchange(call->asked, std::nullopt);
  const TimePoint now = delegate_.now();
  const bool first = is_unanswered(call->state) && asked.key == call->server_key;
  if (!status.ok()) {
    ua_port_.report("call.media_refused", Severity::kWarning,
                    cat("media refuses the far end's offer: ", status.message()), {{"call", call->id}});
    refuse_media(*call, asked.key, asked.request, status, now);
    if (first) return end(*call, cat("media: ", status.message()), 488, Tone::kNone);
    if (order != call->orders) configure_media(*call);
    return;
  }
  put_in_force(*call, asked);
  call->accepted_by_media = call->negotiated;
  call->codec = call->negotiated->format.name;
  call->transmit_suite = call->negotiated->transmit.suite;
  call->receive_suite = call->negotiated->receive.suite;
  if (!first) take_target(*call, asked.request, now);
  if (asked.request.method == "INVITE") enter(*call, OfferEvent::kAnswered, "the far end's INVITE is answered");
  respond_ok(*call, asked.key, asked.request, describe(*call, asked.answered.sdp), now);
  if (first) {
    establish(*call, now);
  } else {
    settle_hold(*call, "the far end's offer was answered");
    judge(*call, now);
    save();
    delegate_.changed();
  }
  // The user has come or gone meanwhile.
  if (order != call->orders) configure_media(*call);
}

void CallList::on_media_ordered(const std::string& id, uint64_t order, const absl::Status& status) {
  Call* call = find(id);
  if (call == nullptr || !call->live() || order != call->orders || !call->negotiated.has_value()) return;
  if (status.ok()) {
    call->accepted_by_media = call->negotiated;
    return;
  }
  ua_port_.report("call.media_refused", Severity::kError, cat("media: ", status.message()), {{"call", call->id}});
  // It has restarted, or will: its next word brings the stream back.
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) return;
  if (is_unanswered(call->state)) {  // agreed on before the answer (RFC 3262)
    refuse_media(*call, call->server_key, *call->invite, status, delegate_.now());
    return end(*call, cat("media: ", status.message()), 488, Tone::kNone);
  }
  if (!call->confirmed() && call->dialog.remote_tag.empty()) {  // early media: the call goes on without
    call->negotiated.reset();
    call->early_media_tag.clear();
    return ring_out(*call);
  }
  if (call->accepted_by_media.has_value()) {  // once: if it is refused as well, the call ends
    call->negotiated = std::exchange(call->accepted_by_media, std::nullopt);
    configure_media(*call);
    return delegate_.changed();
  }
  send_bye(*call, delegate_.now());
  end(*call, cat("media: ", status.message()), 488, Tone::kReorder);
}

}  // namespace phone::signaling
