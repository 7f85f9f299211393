// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/convert_rpc.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/log/log.hpp"
#include "common/log/rate_limited.hpp"
#include "common/mesh/call/enum_table.hpp"
#include "common/mesh/call/settings.hpp"

namespace phone::media {
namespace {

constexpr auto kDirectionTable =
    mesh::enum_table<Direction, v1::Direction>({{Direction::kInactive, v1::DIRECTION_INACTIVE},
                                                {Direction::kSendOnly, v1::DIRECTION_SENDONLY},
                                                {Direction::kReceiveOnly, v1::DIRECTION_RECVONLY},
                                                {Direction::kSendReceive, v1::DIRECTION_SENDRECV}});

constexpr auto kFocusTable =
    mesh::enum_table<FocusWish, v1::AudioFocus>({{FocusWish::kKeep, v1::AUDIO_FOCUS_KEEP},
                                                 {FocusWish::kTake, v1::AUDIO_FOCUS_TAKE},
                                                 {FocusWish::kRelease, v1::AUDIO_FOCUS_RELEASE}});

constexpr auto kFocusStateTable =
    mesh::enum_table<FocusState, v1::AudioFocusState>({{FocusState::kNew, v1::AUDIO_FOCUS_STATE_NEW},
                                                       {FocusState::kHolds, v1::AUDIO_FOCUS_STATE_HOLDS},
                                                       {FocusState::kLost, v1::AUDIO_FOCUS_STATE_LOST},
                                                       {FocusState::kReleased, v1::AUDIO_FOCUS_STATE_RELEASED}});

constexpr auto kToneTable = mesh::enum_table<Tone, v1::Tone>({{Tone::kNone, v1::TONE_NONE},
                                                              {Tone::kDial, v1::TONE_DIAL},
                                                              {Tone::kRingback, v1::TONE_RINGBACK},
                                                              {Tone::kBusy, v1::TONE_BUSY},
                                                              {Tone::kReorder, v1::TONE_REORDER},
                                                              {Tone::kSecure, v1::TONE_SECURE},
                                                              {Tone::kNonsecure, v1::TONE_NONSECURE},
                                                              {Tone::kPreemption, v1::TONE_PREEMPTION},
                                                              {Tone::kPrecedenceRingback, v1::TONE_PRECEDENCE_RINGBACK},
                                                              {Tone::kCallWaiting, v1::TONE_CALL_WAITING},
                                                              {Tone::kRinging, v1::TONE_RINGING},
                                                              {Tone::kZipZip, v1::TONE_ZIP_ZIP},
                                                              {Tone::kRecording, v1::TONE_RECORDING},
                                                              {Tone::kPrecedenceRinging, v1::TONE_PRECEDENCE_RINGING}});

constexpr auto kTransducerTable =
    mesh::enum_table<Transducer, v1::Transducer>({{Transducer::kHandset, v1::TRANSDUCER_HANDSET},
                                                  {Transducer::kHeadset, v1::TRANSDUCER_HEADSET},
                                                  {Transducer::kSpeaker, v1::TRANSDUCER_SPEAKER}});

constexpr auto kSoundDeviceTable =
    mesh::enum_table<SoundDevice, v1::SoundDevice>({{SoundDevice::kHandset, v1::SOUND_DEVICE_HANDSET},
                                                    {SoundDevice::kHeadset, v1::SOUND_DEVICE_HEADSET},
                                                    {SoundDevice::kSpeaker, v1::SOUND_DEVICE_SPEAKER},
                                                    {SoundDevice::kRinger, v1::SOUND_DEVICE_RINGER}});

template <class Value>
absl::StatusOr<Value> known(std::optional<Value> value, const char* field) {
  if (!value) return absl::InvalidArgumentError(absl::StrCat(field, ": unknown"));
  return *value;
}

KeyOrder to_key(const v1::SrtpKey& from) {
  KeyOrder key{.suite = from.suite(),
               .key_salt = crypto::Secret::copy_of(from.key_salt()),
               .tag = from.tag(),
               .mki = from.mki()};
  // gRPC frees the request without wiping it; this is the part that can be reached.
  crypto::wipe(const_cast<std::string&>(from.key_salt()));
  return key;
}

v1::SrtpKey to_proto(const KeyOrder& from) {
  v1::SrtpKey to;
  to.set_suite(from.suite);
  to.set_key_salt(std::string(from.key_salt.view()));
  to.set_tag(from.tag);
  to.set_mki(from.mki);
  return to;
}

constexpr auto kForkSoundTable = mesh::partial_enum_table<ForkSound, v1::ForkSound>(
    {{ForkSound::kNearEnd, v1::FORK_SOUND_NEAR_END}, {ForkSound::kFarEnd, v1::FORK_SOUND_FAR_END}});

void put(const std::optional<ForkOrder>& fork, v1::Fork* to) {
  to->set_of(fork->of);
  to->set_sound(kForkSoundTable.to_proto(fork->sound));
}

v1::ConfigureStreamRequest to_proto(const StreamOrder& from) {
  v1::ConfigureStreamRequest to;
  to.set_stream(from.stream);
  to.set_remote_address(from.remote_address);
  to.set_remote_port(from.remote_port);
  to.mutable_codec()->set_name(from.codec);
  to.mutable_codec()->set_payload_type(from.payload_type);
  to.mutable_codec()->set_clock_rate(from.clock_rate);
  to.mutable_codec()->set_dtmf_payload_type(from.dtmf_payload_type);
  to.mutable_codec()->set_dtmf_clock_rate(from.dtmf_clock_rate);
  to.mutable_codec()->set_leaves_out_silence(from.leaves_out_silence);
  for (const FormatOrder& format : from.also_receive) {
    v1::ReceiveFormat& added = *to.add_also_receive();
    added.set_name(format.name);
    added.set_payload_type(format.payload_type);
    added.set_clock_rate(format.clock_rate);
  }
  to.set_packet_milliseconds(from.packet_ms);
  to.set_remote_rtcp_port(from.remote_rtcp_port);
  to.set_rtcp_mux(from.rtcp_mux);
  to.set_direction(kDirectionTable.to_proto(from.direction));
  *to.mutable_transmit() = to_proto(from.transmit);
  *to.mutable_receive() = to_proto(from.receive);
  to.set_dscp(from.dscp);
  to.set_call(from.call);
  to.set_cookie(from.cookie);
  to.set_audio_focus(kFocusTable.to_proto(from.focus));
  if (from.fork) put(from.fork, to.mutable_fork());
  return to;
}

struct Publish {
  mesh::EventLog& event_log;

  void operator()(const StreamStateChanged& event) const {
    log::info(
        "stream state",
        {{"stream", event.stream}, {"from", name_of(event.from)}, {"to", name_of(event.to)}, {"cause", event.cause}});
  }
  void operator()(const StreamGainedFocus& event) const {
    event_log.add("media.focus_gained", mesh::Severity::kInfo, "the stream has the microphone and the speaker",
                  {{"stream", event.stream}});
  }
  void operator()(const StreamLostFocus& event) const {
    event_log.add("media.focus_lost", mesh::Severity::kInfo,
                  absl::StrCat("stream ", event.taken_by, " took the microphone and the speaker"),
                  {{"stream", event.stream}, {"taken_by", event.taken_by}});
  }
  void operator()(const StreamReleasedFocus& event) const {
    event_log.add("media.focus_released", mesh::Severity::kInfo, "no stream has the microphone and the speaker",
                  {{"stream", event.stream}});
  }
  void operator()(const StreamSecurityChanged& event) const {
    // A far end that flutters must not fill the audit log.
    static auto& often = *new log::RateLimited(std::chrono::seconds(10));
    const bool clear = !event.sending_encrypted || !event.receiving_encrypted;
    const auto protection = [](bool encrypted) { return encrypted ? "SRTP" : "not encrypted"; };
    event_log.add("media.security_changed", mesh::Severity::kInfo,
                  absl::StrCat("sending ", protection(event.sending_encrypted), ", receiving ",
                               protection(event.receiving_encrypted)),
                  {{"stream", event.stream}}, clear && often.due());
  }
  void operator()(const StreamForked& event) const {
    const char* whose = event.sound == ForkSound::kNearEnd ? "what the user says" : "what the user hears";
    event_log.add(event.running ? "media.fork_started" : "media.fork_ended", mesh::Severity::kWarning,
                  event.running ? absl::StrCat("a copy of ", whose, " is being sent to the call manager, ",
                                               event.encrypted ? "encrypted" : "not encrypted")
                                : absl::StrCat("the copy of ", whose, " has ended"),
                  {{"stream", event.stream}, {"of", event.of}}, true);
  }
  void operator()(const TonePlayed& event) const {
    event_log.add("media.tone", mesh::Severity::kInfo,
                  absl::StrCat("playing the tone ", std::string(shape_of(event.tone).name)),
                  {{"stream", event.stream}});
  }
  void operator()(const MicrophoneSwitched& event) const {
    event_log.add("media.microphone", mesh::Severity::kInfo,
                  event.muted ? "the microphone is off" : "the microphone is on");
  }
  void operator()(const SoundSettingsChanged&) const {}
};

}  // namespace

absl::StatusOr<Tone> to_tone(v1::Tone tone) { return known(kToneTable.from_proto(tone), "tone"); }

absl::StatusOr<Transducer> to_transducer(v1::Transducer transducer) {
  return known(kTransducerTable.from_proto(transducer), "transducer");
}

absl::StatusOr<SoundDevice> to_sound_device(v1::SoundDevice device) {
  return known(kSoundDeviceTable.from_proto(device), "device");
}

absl::StatusOr<StreamOrder> to_order(const v1::ConfigureStreamRequest& request) {
  StreamOrder order{.stream = request.stream(),
                    .remote_address = request.remote_address(),
                    .remote_port = request.remote_port(),
                    .remote_rtcp_port = request.remote_rtcp_port(),
                    .rtcp_mux = request.rtcp_mux(),
                    .codec = request.codec().name(),
                    .payload_type = request.codec().payload_type(),
                    .clock_rate = request.codec().clock_rate(),
                    .dtmf_payload_type = request.codec().dtmf_payload_type(),
                    .dtmf_clock_rate = request.codec().dtmf_clock_rate(),
                    .leaves_out_silence = request.codec().leaves_out_silence(),
                    .packet_ms = request.packet_milliseconds(),
                    .transmit = to_key(request.transmit()),
                    .receive = to_key(request.receive()),
                    .dscp = request.dscp(),
                    .call = request.call(),
                    .cookie = request.cookie()};
  const auto direction = known(kDirectionTable.from_proto(request.direction()), "direction");
  if (!direction.ok()) return direction.status();
  const auto focus = known(kFocusTable.from_proto(request.audio_focus()), "audio_focus");
  if (!focus.ok()) return focus.status();
  if (request.has_fork()) {
    const auto sound = known(kForkSoundTable.from_proto(request.fork().sound()), "fork.sound");
    if (!sound.ok()) return sound.status();
    order.fork = ForkOrder{.of = request.fork().of(), .sound = *sound};
  }
  order.direction = *direction;
  order.focus = *focus;
  for (const v1::ReceiveFormat& format : request.also_receive()) {
    order.also_receive.push_back(
        {.name = format.name(), .payload_type = format.payload_type(), .clock_rate = format.clock_rate()});
  }
  return order;
}

v1::StreamFact to_proto(const StreamReport& from) {
  v1::StreamFact to;
  to.set_stream(from.stream);
  to.set_call(from.call);
  to.set_sending_encrypted(from.sending_encrypted);
  to.set_receiving_encrypted(from.receiving_encrypted);
  to.set_sending(from.sending);
  to.set_receiving(from.receiving);
  to.set_transmit_suite(from.transmit_suite);
  to.set_receive_suite(from.receive_suite);
  to.set_packets_sent(from.packets_sent);
  to.set_packets_received(from.packets_received);
  to.set_packets_lost(from.packets_lost);
  to.set_packets_late(from.packets_late);
  to.set_authentication_failures(from.authentication_failures);
  to.set_replays(from.replays);
  to.set_jitter_milliseconds(from.jitter_ms);
  to.set_bytes_sent(from.bytes_sent);
  to.set_bytes_received(from.bytes_received);
  to.set_ssrc_sent(from.ssrc_sent);
  to.set_ssrc_received(from.ssrc_received);
  to.set_mos(from.mos);
  to.set_codec(from.codec);
  for (const std::string& tone : from.tones) to.add_tone_played(tone);
  to.set_largest_gap_milliseconds(from.largest_gap_ms);
  to.set_round_trip_milliseconds(from.round_trip_ms);
  to.set_playout_delay_milliseconds(from.playout_delay_ms);
  to.set_packets_refused(from.refused);
  to.set_rtcp_refused(from.rtcp_refused);
  to.set_events_received(from.events_received);
  to.set_awaiting_keys(from.awaiting_keys);
  to.set_audio_focus(kFocusStateTable.to_proto(from.focus));
  to.set_direction(kDirectionTable.to_proto(from.direction));
  to.set_packets_expected(from.expected);
  to.set_frames_concealed(from.concealed);
  to.set_receive_codec(from.receive_codec);
  to.set_rx_stat(from.rx_stat);
  to.set_tx_stat(from.tx_stat);
  to.set_muted(from.muted);
  if (from.fork) put(from.fork, to.mutable_fork());
  return to;
}

v1::StreamFacts to_proto(const Report& report, const std::string& incarnation) {
  v1::StreamFacts facts;
  facts.set_incarnation(incarnation);
  for (const StreamReport& stream : report.streams) *facts.add_stream() = to_proto(stream);
  facts.set_device(report.device);
  facts.set_transducer(kTransducerTable.to_proto(report.transducer));
  facts.set_ringer(kTransducerTable.to_proto(report.sound.ringer));
  facts.set_muted(report.muted);
  for (size_t device = 0; device < kSoundDevices; ++device) {
    v1::Volume& volume = *facts.add_volume();
    volume.set_device(kSoundDeviceTable.to_proto(static_cast<SoundDevice>(device)));
    volume.set_level(report.sound.volume[device]);
  }
  mesh::SettingsInForce* const settings = facts.mutable_setting();
  mesh::add_switch(settings, "vendorConfig/disableHandset", report.disabled.handset);
  mesh::add_switch(settings, "vendorConfig/disableSpeakerAndHeadset", report.disabled.headset);
  mesh::add_switch(settings, "vendorConfig/disableSpeaker", report.disabled.speaker);
  mesh::add_value(settings, "sipProfile/startMediaPort", std::to_string(report.port_first));
  mesh::add_value(settings, "sipProfile/stopMediaPort", std::to_string(report.port_last));
  return facts;
}

v1::RecoverStreamsReply to_proto(const std::vector<RecoveredStream>& streams, const std::string& incarnation) {
  v1::RecoverStreamsReply reply;
  reply.set_incarnation(incarnation);
  for (const RecoveredStream& one : streams) {
    if (!one.order.codec.empty()) *reply.add_stream() = to_proto(one.order);
    (*reply.mutable_local_port())[one.order.stream] = one.port;
  }
  return reply;
}

void add(const MediaEvent& event, mesh::EventLog& event_log) { std::visit(Publish{event_log}, event); }

}  // namespace phone::media
