// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What media is asked for and reports; the lock and the tone that follow.
#include <algorithm>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/call/identity.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

// The far end decides how often the lock changes; the listener must not hear a tone for each change.
constexpr Milliseconds kTonePause(2000);

std::string_view word_of(SecurityLevel level) {
  constexpr std::string_view kWords[] = {"of unknown security", "not secure", "authenticated", "encrypted"};
  return kWords[static_cast<size_t>(level)];
}

MediaFact fact_of(bool wanted, uint64_t packets, bool encrypted, const std::string& suite) {
  if (!wanted) return suite.empty() ? MediaFact::kHeldClear : MediaFact::kHeld;
  if (packets == 0) return MediaFact::kNoPacketYet;
  return encrypted ? MediaFact::kEncrypted : MediaFact::kClear;
}

}  // namespace

void CallList::judge(Call& call, TimePoint now) {
  // The connection that carries the call, whether the phone is registered over it or not.
  auto connection = delegate_.connection(call.flow);
  SecurityFacts facts;
  facts.registered = connection.has_value() && call.state != SessionState::kPreserved;
  facts.tls_suite = connection.has_value() ? connection->facts.cipher_suite : "";
  facts.transmit = call.transmit;
  facts.receive = call.receive;
  facts.far_end = call.far_end.level;
  facts.far_end_is_voip = call.far_end.voip;
  CallSecurity security = judge_security(facts);
  if (!(security == call.security)) {
    if (security.level != call.security.level && call.confirmed()) {
      ua_port_.report(
          "call.security", Severity::kInfo,
          cat("the call is now ", word_of(security.level), security.reason.empty() ? "" : ": ", security.reason),
          {{"call", call.id}, {"level", std::string(word_of(security.level))}});
    }
    call.security = security;
    delegate_.changed();
  }
  const Indication tone = indication({.protected_device = settings_.protected_device,
                                      .tone_configured = settings_.secure_indication_tone,
                                      .established = call.state == SessionState::kEstablished,
                                      .settled = !is_settling(call.tone),
                                      .announced = call.announced},
                                     security);
  if (is_pausing(call.tone)) {
    if (now < call.paused_until) return;
    enter(call, ToneEvent::kPauseOver, "the pause after the last tone is over");
  }
  // A tone is about the call that the user is in; for one on hold it waits until the user comes back.
  if (tone == Indication::kNone || !call.has_user()) return;
  call.paused_until = now + kTonePause;
  enter(call, ToneEvent::kTonePlayed, tone == Indication::kSecure ? "secure" : "nonsecure");
  call.announced = tone;
  ua_port_.play_tone(tone == Indication::kSecure ? Tone::kSecure : Tone::kNonsecure, call.stream);
  save();
}

// Name and level come in one step: a level that was said of one person is not shown beside the name of another.
void CallList::take_call_info(Call& call, const Message& message, TimePoint now) {
  take_session(call, message);
  take_precedence(call, message);
  const auto info = read_call_info(message);
  const bool another = take_identity(call, message);
  if (info.has_value() && !info->global_call.empty()) call.global_call = info->global_call;
  if (info.has_value())
    call.far_end = *info;
  else if (another)
    call.far_end = CallInfo{};
  if (!info.has_value() && !another) return;
  if (call.confirmed()) {
    judge(call, now);
    save();
  }
  if (another) delegate_.changed();
}

bool CallList::take_identity(Call& call, const Message& message) {
  const auto identity = read_identity(message, call.incoming);
  if (!identity.has_value()) return false;
  // Until the call manager names the far end, the dialled number is shown.
  const bool another = call.identified ? identity->number != call.remote_number || identity->name != call.remote_name
                                       : identity->number != call.remote_number;
  const bool shown_otherwise = another || identity->name != call.remote_name;
  call.identified = true;
  call.remote_number = identity->number;
  call.hidden = identity->number.empty();
  call.remote_name = identity->name;
  if (shown_otherwise) delegate_.changed();
  return another;
}

void CallList::stream_opened(const std::string& stream, uint16_t port, TimePoint now) {
  Call* call = find_stream(stream);
  if (call == nullptr) return ua_port_.close_stream(stream);
  if (call->confirmed()) {  // media had restarted
    if (call->negotiated.has_value() && call->local.port == port) return configure_media(*call);
    return offer_anew(*call, port, now);
  }
  if (call->state == SessionState::kReceived) {
    call->local.port = port;
    enter(*call, SessionEvent::kAlerted, "media has opened the stream");
    if (!call->replaces.empty()) return take_over(*call, now);
    send_ringing(*call, now);
    if (!call->ignored) ring(*call);
    remember(*call);
    arm_auto_answer(*call, now);
    delegate_.changed();
    return;
  }
  if (is_inviting(call->state) && call->negotiated.has_value() && call->local.port == port)
    return configure_media(*call);  // early media, and media had restarted
  if (call->state != SessionState::kOpeningMedia) return;
  call->local.port = port;
  prepare_local(*call);
  send_invite(*call, now);
}

void CallList::stream_refused(const std::string& stream, const std::string& reason, TimePoint now) {
  Call* call = find_stream(stream);
  if (call == nullptr) return;
  ua_port_.report("call.media_refused", Severity::kError, cat("media: ", reason), {{"call", call->id}});
  if (call->confirmed()) return;
  if (call->incoming && call->precedence != Precedence::kNone) {
    Message response = make_response(*call->invite, 488, "", call->dialog.local_tag);
    response.add("Warning", "370 phone \"Insufficient Bandwidth\"");
    respond(call->server_key, *call->invite, response, now);
  } else if (call->incoming) {
    refuse_with_cause(*call, call->server_key, *call->invite, 503, reason, now);
  }
  end(*call, cat("media: ", reason), 503, Tone::kNone);
}

void CallList::stream_facts(const std::string& incarnation, const std::vector<StreamReport>& reports, TimePoint now) {
  bool restarted = !incarnation_.empty() && incarnation != incarnation_;
  incarnation_ = incarnation;
  for (Call& call : calls_) {
    if (!call.live()) continue;
    if (restarted && (call.negotiated.has_value() || call.confirmed()))
      ua_port_.open_stream(call.stream, call.local.address);
    if (!call.negotiated.has_value()) continue;
    auto report = std::find_if(reports.begin(), reports.end(),
                               [&](const StreamReport& one) { return one.stream == call.stream; });
    if (report == reports.end()) continue;
    if (std::exchange(call.heard_packets, report->packets_received) != report->packets_received) call.heard_at = now;
    call.rx_stat = report->rx_stat;
    call.tx_stat = report->tx_stat;
    // An order that was repeated late may have been the last to arrive.
    if (report->has_user != call.has_user()) configure_media(call);
    const NegotiatedMedia& negotiated = *call.negotiated;
    call.transmit = fact_of(sends(negotiated.direction), report->packets_sent, report->sending_encrypted,
                            negotiated.transmit.suite);
    call.receive = fact_of(receives(negotiated.direction), report->packets_received, report->receiving_encrypted,
                           negotiated.receive.suite);
    if (call.ringing_back && hears_early_media(call)) stop_ringback(call);
    judge(call, now);
  }
}

void CallList::tone_played(const std::string& stream, Tone tone) {
  Call* call = find_stream(stream);
  if (call == nullptr || tone != Tone::kSecure || call->secure_tone_played) return;
  call->secure_tone_played = true;
  save();
  delegate_.changed();
}

// A later offer has the media lines that this session has had (RFC 3264 section 8).
void CallList::take_lines(Call& call) {
  const auto said = parse_sdp(call.kept_offer);
  if (!said.ok()) return;
  const auto audio = std::find_if(said->media.begin(), said->media.end(), is_audio);
  if (audio == said->media.end()) return;
  call.local.line = call.negotiated->line = static_cast<size_t>(audio - said->media.begin());
  call.local.others = other_lines(*said, call.local.line);
}

void CallList::restore(const std::string& record, const std::vector<RecoveredStream>& streams) {
  for (Call& call : parse_record(record)) {
    auto found = std::find_if(
        streams.begin(), streams.end(),
        // A stream without its far end is only media's own record of a port: both processes had died.
        [&](const RecoveredStream& one) { return one.setting.stream == call.stream && one.setting.remote_port != 0; });
    if (found != streams.end()) {
      const StreamSetting& setting = found->setting;
      call.negotiated = NegotiatedMedia{.remote_address = setting.remote_address,
                                        .remote_port = setting.remote_port,
                                        .rtcp_port = setting.rtcp_port,
                                        .rtcp_mux = setting.rtcp_mux,
                                        .format = {.payload_type = setting.payload_type,
                                                   .name = setting.codec,
                                                   .clock_rate = setting.clock_rate,
                                                   .leaves_out_silence = setting.leaves_out_silence},
                                        .dtmf_payload_type = setting.dtmf_payload_type,
                                        .dtmf_clock_rate = setting.dtmf_clock_rate,
                                        .accepted = setting.also_receive,
                                        .packet_milliseconds = setting.packet_milliseconds,
                                        .direction = setting.direction,
                                        .transmit = setting.transmit,
                                        .receive = setting.receive};
      call.kept_offer = setting.cookie;
      call.origin.resume(call.kept_offer);
      take_lines(call);
      call.local.port = found->local_port;
      call.local.codecs = settings_.codecs.empty() ? std::vector<std::string>{setting.codec} : settings_.codecs;
      call.codec = setting.codec;
      call.transmit_suite = setting.transmit.suite;
      call.receive_suite = setting.receive.suite;
      if (!setting.transmit.suite.empty())
        call.local.crypto = {{setting.transmit.tag, setting.transmit.suite, setting.transmit.key_salt}};
    }
    ua_port_.report("call.preserved", Severity::kInfo,
                    cat("call with ", call.remote_number, " is preserved while signalling reconnects"),
                    {{"call", call.id}, {"media", found != streams.end() ? "kept" : "lost"}});
    call.heard_at = delegate_.now();
    call.dialog_state = DialogState::kUnconfirmed;
    calls_.push_back(std::move(call));
  }
  for (Call& call : calls_) {
    const bool another = std::any_of(calls_.begin(), calls_.end(),
                                     [&](const Call& other) { return &other < &call && other.has_user(); });
    if (!another || !call.has_user()) continue;
    enter(call, HoldEvent::kHold, "another call of the record has the user");
    configure_media(call);
  }
  for (Call& call : calls_) come_back(call);
  for (const RecoveredStream& stream : streams) {
    if (find_stream(stream.setting.stream) == nullptr) ua_port_.close_stream(stream.setting.stream);
  }
  saved_ = record;
  delegate_.changed();
}

}  // namespace phone::signaling
