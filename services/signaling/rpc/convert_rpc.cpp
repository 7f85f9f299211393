// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/convert_rpc.hpp"

#include "common/mesh/call/settings.hpp"
#include "common/text/foreign_text.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"
#include "services/signaling/rpc/feature_rpc.hpp"
#include "services/signaling/rpc/remote_rpc.hpp"
#include "services/signaling/rpc/user_rpc.hpp"

namespace phone::signaling {
namespace {

namespace pb = policy::v1;

// The last check: a protobuf string that is not UTF-8 would make the whole state, and every answer with this call in
// it, unreadable. Text of the far end has been cleaned where it entered.
std::string shown(const std::string& foreign) {
  constexpr size_t kLongest = 1024;
  return text::clean(foreign, kLongest);
}

uint16_t port_or(uint32_t port, uint16_t otherwise) {
  return port > 0 && port < 65536 ? static_cast<uint16_t>(port) : otherwise;
}

std::vector<Target> targets_of(const pb::EffectivePolicy& policy) {
  bool tls = policy.security_mode() == pb::SECURITY_MODE_AUTHENTICATED ||
             policy.security_mode() == pb::SECURITY_MODE_ENCRYPTED;
  bool authenticated_only = policy.security_mode() == pb::SECURITY_MODE_AUTHENTICATED;
  const bool oauth = policy.sip_oauth();
  const std::string no_oauth = oauth && policy.security_mode() != pb::SECURITY_MODE_ENCRYPTED
                                   ? "not used: SIP OAuth needs an encrypted device (deviceSecurityMode 3)"
                                   : "";
  const bool udp = !tls && !oauth && policy.transport() == pb::TRANSPORT_UDP;
  std::vector<Target> targets;
  for (const pb::CallManager& server : policy.call_manager()) {
    targets.push_back({.name = server.name(),
                       .address = server.address(),
                       .port = oauth ? port_or(server.sip_oauth_port(), 5090)
                               : tls ? port_or(server.secure_sip_port(), 5061)
                                     : port_or(server.sip_port(), 5060),
                       .tls = tls || oauth,
                       .authenticated_only = authenticated_only,
                       .oauth = oauth,
                       .unusable = no_oauth,
                       .udp = udp});
  }
  // An SRST router that is not secure is no refuge for a secure phone (cisco-formats.md G2).
  std::string unusable;
  if (tls && !policy.srst_secure())
    unusable = "not used: the configuration does not make SRST secure (isSecure), and this phone is";
  else if (tls && policy.srst_certificate().empty())
    unusable = "not used: the configuration has no SRST certificate (srstCertificate)";
  for (const pb::Host& router : policy.srst()) {
    targets.push_back({.name = router.name(),
                       .address = router.address(),
                       .port = port_or(router.port(), tls ? 5061 : 5060),
                       .tls = tls,
                       .authenticated_only = authenticated_only,
                       .srst = true,
                       .unusable = unusable,
                       .udp = udp});
  }
  return targets;
}

v1::CallSecurity to_proto(const CallSecurity& security) {
  v1::CallSecurity message;
  message.set_level(to_proto(security.level));
  message.set_icon(to_proto(security.icon));
  message.set_weakest_part(shown(security.weakest_part));
  message.set_reason(shown(security.reason));
  message.set_signaling(to_proto(security.signaling));
  message.set_media_transmit(to_proto(security.media_transmit));
  message.set_media_receive(to_proto(security.media_receive));
  message.set_far_end(to_proto(security.far_end));
  message.set_to_call_manager_only(security.to_call_manager_only);
  message.set_reason_code(to_proto(security.reason_code));
  message.set_sentence(sentence_of(security.reason_code));
  return message;
}

void fill(media::v1::SrtpKey& message, const SrtpKey& key) {
  message.set_suite(key.suite);
  message.set_key_salt(std::string(key.key_salt.view()));
  message.set_tag(key.tag);
  message.set_mki(key.mki);
}

}  // namespace

Settings to_settings(const pb::EffectivePolicy& policy) {
  Settings settings;
  settings.complete = policy.stage() == pb::STAGE_COMPLETE && policy.line_size() > 0;
  settings.device_name = policy.device_name();
  settings.version = policy.version();
  settings.configuration_stamp = policy.configuration_version();
  settings.sip_oauth = policy.sip_oauth();
  settings.oauth_server = {
      .host = policy.oauth().host(), .port = port_or(policy.oauth().port(), 443), .path = policy.oauth().path()};
  settings.targets = targets_of(policy);
  if (policy.line_size() > 0) {
    const pb::Line& line = policy.line(0);
    settings.directory_number = line.directory_number();
    settings.auth_name = line.auth_name().empty() ? line.directory_number() : line.auth_name();
    settings.auth_password = crypto::Secret::copy_of(line.auth_password());
  }
  if (policy.register_expires_seconds() > 0) settings.expires = std::chrono::seconds(policy.register_expires_seconds());
  if (policy.connection_monitor_seconds() > 0)
    settings.connection_monitor = std::chrono::seconds(policy.connection_monitor_seconds());
  if (policy.timer_t1_milliseconds() > 0) settings.t1 = Milliseconds(policy.timer_t1_milliseconds());
  if (policy.timer_t2_milliseconds() > 0) settings.t2 = Milliseconds(policy.timer_t2_milliseconds());
  if (policy.keepalive_seconds() > 0) settings.keepalive = std::chrono::seconds(policy.keepalive_seconds());
  if (policy.timer_invite_expires_seconds() > 0)
    settings.invite_expires = std::chrono::seconds(policy.timer_invite_expires_seconds());
  if (policy.subscribe_expires_seconds() > 0)
    settings.subscribe_expires = std::chrono::seconds(policy.subscribe_expires_seconds());
  if (policy.sip_retransmissions() > 0) settings.retransmissions = policy.sip_retransmissions();
  if (policy.invite_retransmissions() > 0) settings.invite_retransmissions = policy.invite_retransmissions();
  settings.codecs.assign(policy.codec().begin(), policy.codec().end());
  settings.suites.assign(policy.srtp_suite().begin(), policy.srtp_suite().end());
  if (settings.codecs.empty()) settings.codecs = {"PCMU", "PCMA"};
  if (settings.suites.empty()) {
    settings.suites = {"AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"};
  }
  if (policy.dscp_media() > 0) settings.dscp_media = policy.dscp_media();
  if (policy.dscp_signaling() > 0) settings.dscp_signaling = policy.dscp_signaling();
  for (int i = 0; i < policy.dscp_precedence_size() && static_cast<size_t>(i) < settings.dscp_precedence.size(); ++i)
    settings.dscp_precedence.at(static_cast<size_t>(i)) = policy.dscp_precedence(i) & 63U;
  settings.mlpp_domain = policy.mlpp_domain();
  settings.mlpp_indication = policy.mlpp_indication();
  settings.mlpp_preemption = policy.mlpp_preemption();
  settings.executive_override_preemptable = policy.mlpp_executive_override_preemptable();
  settings.tls = tls::policy_of(policy);
  settings.fips = policy.fips();
  settings.protected_device = policy.protected_device();
  settings.secure_indication_tone = policy.secure_indication_tone();
  settings.encrypted_media = policy.security_mode() == pb::SECURITY_MODE_ENCRYPTED;
  settings.fallback_allowed = policy.srtp_fallback_allowed();
  settings.forks_allowed = policy.call_forks_allowed();
  settings.problem_reports = policy.has_problem_report();
  take_lines(policy, settings);
  settings.call_statistics = policy.call_statistics();
  settings.lock = settings::lock_of(policy.settings_lock());
  for (const pb::TrustListAlarmInfo& alarm : policy.recent_alarm()) {
    settings.alarms.push_back({.number = alarm.number(),
                               .code = alarm.code(),
                               .ctl_signature = alarm.ctl_signature(),
                               .ctl_server = alarm.ctl_server(),
                               .itl_signature = alarm.itl_signature(),
                               .itl_server = alarm.itl_server()});
  }
  return settings;
}

std::vector<RecoveredStream> to_streams(const media::v1::RecoverStreamsReply& reply) {
  std::vector<RecoveredStream> streams;
  for (const auto& one : reply.stream()) {
    RecoveredStream stream;
    StreamSetting& setting = stream.setting;
    setting.stream = one.stream();
    setting.call = one.call();
    setting.remote_address = one.remote_address();
    setting.remote_port = static_cast<uint16_t>(one.remote_port());
    setting.codec = one.codec().name();
    setting.payload_type = static_cast<uint8_t>(one.codec().payload_type());
    setting.clock_rate = one.codec().clock_rate();
    setting.dtmf_payload_type = static_cast<uint8_t>(one.codec().dtmf_payload_type());
    setting.dtmf_clock_rate = one.codec().dtmf_clock_rate();
    setting.leaves_out_silence = one.codec().leaves_out_silence();
    for (const auto& format : one.also_receive())
      setting.also_receive.push_back({.payload_type = static_cast<uint8_t>(format.payload_type()),
                                      .name = format.name(),
                                      .clock_rate = format.clock_rate()});
    setting.packet_milliseconds = one.packet_milliseconds();
    setting.rtcp_port = static_cast<uint16_t>(one.remote_rtcp_port());
    setting.rtcp_mux = one.rtcp_mux();
    setting.direction = from_proto(one.direction());
    setting.transmit = {one.transmit().suite(), crypto::Secret::copy_of(one.transmit().key_salt()),
                        one.transmit().tag()};
    setting.receive = {one.receive().suite(), crypto::Secret::copy_of(one.receive().key_salt()), one.receive().tag(),
                       one.receive().mki()};
    setting.dscp = one.dscp();
    setting.cookie = one.cookie();
    auto port = reply.local_port().find(one.stream());
    if (port != reply.local_port().end()) stream.local_port = static_cast<uint16_t>(port->second);
    streams.push_back(std::move(stream));
  }
  return streams;
}

StreamsReported to_reports(const media::v1::StreamFacts& facts) {
  StreamsReported event{facts.incarnation(), {}};
  for (const auto& fact : facts.stream()) {
    event.reports.push_back({.stream = fact.stream(),
                             .sending_encrypted = fact.sending_encrypted(),
                             .receiving_encrypted = fact.receiving_encrypted(),
                             .packets_sent = fact.packets_sent(),
                             .packets_received = fact.packets_received(),
                             .transmit_suite = fact.transmit_suite(),
                             .receive_suite = fact.receive_suite(),
                             .codec = fact.codec(),
                             .has_user = fact.audio_focus() == media::v1::AUDIO_FOCUS_STATE_HOLDS,
                             .rx_stat = fact.rx_stat(),
                             .tx_stat = fact.tx_stat()});
  }
  return event;
}

media::v1::ConfigureStreamRequest to_proto(const StreamSetting& setting) {
  media::v1::ConfigureStreamRequest request;
  request.set_stream(setting.stream);
  request.set_call(setting.call);
  request.set_remote_address(setting.remote_address);
  request.set_remote_port(setting.remote_port);
  request.mutable_codec()->set_name(setting.codec);
  request.mutable_codec()->set_payload_type(setting.payload_type);
  request.mutable_codec()->set_clock_rate(setting.clock_rate);
  request.mutable_codec()->set_dtmf_payload_type(setting.dtmf_payload_type);
  request.mutable_codec()->set_dtmf_clock_rate(setting.dtmf_clock_rate);
  request.mutable_codec()->set_leaves_out_silence(setting.leaves_out_silence);
  for (const Format& format : setting.also_receive) {
    media::v1::ReceiveFormat& added = *request.add_also_receive();
    added.set_name(format.name);
    added.set_payload_type(format.payload_type);
    added.set_clock_rate(format.clock_rate);
  }
  request.set_packet_milliseconds(setting.packet_milliseconds);
  request.set_remote_rtcp_port(setting.rtcp_port);
  request.set_rtcp_mux(setting.rtcp_mux);
  request.set_direction(to_proto(setting.direction));
  fill(*request.mutable_transmit(), setting.transmit);
  fill(*request.mutable_receive(), setting.receive);
  request.set_dscp(setting.dscp);
  request.set_audio_focus(setting.has_user ? media::v1::AUDIO_FOCUS_TAKE : media::v1::AUDIO_FOCUS_RELEASE);
  request.set_cookie(setting.cookie);
  if (!setting.fork_of.empty()) {
    request.mutable_fork()->set_of(setting.fork_of);
    request.mutable_fork()->set_sound(setting.fork_far_end ? media::v1::FORK_SOUND_FAR_END
                                                           : media::v1::FORK_SOUND_NEAR_END);
  }
  return request;
}

pb::EffectivePolicy without_secrets(const pb::EffectivePolicy& policy) {
  pb::EffectivePolicy kept = policy;
  for (auto& line : *kept.mutable_line()) line.clear_auth_password();
  return kept;
}

v1::Call to_proto(const CallView& view) {
  v1::Call call;
  call.set_call(shown(view.call));
  call.set_line(view.line);
  call.set_remote_number(shown(view.remote_number));
  call.set_remote_name(shown(view.remote_name));
  call.set_state(to_proto(view.state));
  call.set_incoming(view.incoming);
  *call.mutable_security() = to_proto(view.security);
  for (const ForkView& fork : view.forks) {
    v1::CallFork& one = *call.add_fork();
    one.set_far_end(fork.far_end);
    one.set_encrypted(fork.encrypted);
  }
  call.set_transmit_suite(shown(view.transmit_suite));
  call.set_receive_suite(shown(view.receive_suite));
  call.set_codec(shown(view.codec));
  if (view.started.has_value()) *call.mutable_started() = to_proto(*view.started);
  if (view.established.has_value()) *call.mutable_established() = to_proto(*view.established);
  call.set_ended_by(shown(view.ended_by));
  call.set_sip_status(view.sip_status);
  call.set_stream(shown(view.stream));
  call.set_secure_tone_played(view.secure_tone_played);
  call.set_hold(to_proto(view.hold));
  call.set_held_by_far_end(view.held_by_far_end);
  call.set_has_user(view.has_user);
  call.set_transfer(to_proto(view.transfer));
  call.set_transfer_failure(shown(view.transfer_failure));
  call.set_own_number(shown(view.own_number));
  call.set_ignored(view.ignored);
  call.set_hold_reverted(view.hold_reverted);
  call.set_keys_wanted(view.keys_wanted);
  call.set_emergency(view.emergency);
  call.set_precedence(to_proto(view.precedence));
  call.set_limited(std::string(view.limited));
  call.set_session_id(view.session.local);
  call.set_remote_session_id(view.session.remote);
  call.set_global_call(view.global_call);
  fill_features(call, view);
  return call;
}

v1::SignalingState to_proto(const StateView& view) {
  v1::SignalingState state;
  for (const RegistrationView& one : view.registrations) {
    v1::Registration* registration = state.add_registration();
    registration->set_server(shown(one.server));
    registration->set_state(to_proto(one.state));
    registration->set_tls_version(shown(one.tls_version));
    registration->set_cipher_suite(shown(one.cipher_suite));
    registration->set_client_certificate(shown(one.client_certificate));
    registration->set_server_certificate(shown(one.server_certificate));
    registration->set_reason(shown(one.reason));
    *registration->mutable_since() = to_proto(one.since);
    registration->set_alarm_accepted(one.alarm_accepted);
    registration->set_expires_seconds(one.expires_seconds);
    registration->set_active(one.active);
    registration->set_srst(one.srst);
    registration->set_limited(shown(one.limited));
    registration->set_transport(std::string(one.transport));
    if (one.clock_difference.has_value()) {
      registration->set_clock_told(true);
      registration->set_clock_difference_seconds(one.clock_difference->count());
    }
  }
  for (const CallView& call : view.calls) *state.add_call() = to_proto(call);
  state.set_registered(view.registered);
  state.set_display_text(shown(view.display_text));
  fill(state, view.remote);
  fill(state, view.features);
  for (const LineView& one : view.lines) {
    v1::PhoneLine* line = state.add_line();
    line->set_line(static_cast<uint32_t>(state.line_size()));
    line->set_number(shown(one.number));
    line->set_display_name(shown(one.display_name));
    line->set_label(shown(one.label));
    line->set_registered(one.registered);
    const size_t index = static_cast<size_t>(state.line_size()) - 1;
    if (index < view.remote.lines.size()) fill(*line, view.remote.lines[index]);
  }
  if (view.authorization.has_value()) {
    v1::Authorization& authorization = *state.mutable_authorization();
    authorization.set_held(view.authorization->held);
    if (view.authorization->held) *authorization.mutable_good_until() = to_proto(view.authorization->good_until);
    authorization.set_reason(shown(view.authorization->reason));
  }
  state.set_pending(shown(view.pending));
  state.set_reports_ordered(view.reports_ordered);
  state.set_off_hook(view.off_hook);
  state.set_time_zone(shown(view.time_zone));
  state.set_date_template(shown(view.date_template));
  state.set_policy_version(view.policy_version);
  mesh::SettingsInForce* const settings = state.mutable_setting();
  const auto known = [&](bool on) { return view.policy_version == 0 ? std::nullopt : std::optional(on); };
  mesh::add_switch(settings, "vendorConfig/fipsMode", known(view.fips));
  mesh::add_switch(settings, "vendorConfig/protectedDevice", known(view.protected_device));
  mesh::add_switch(settings, "vendorConfig/playSecureIndicationTone", known(view.indication_tone));
  mesh::add_switch(settings, "vendorConfig/srtpFallback", known(view.fallback_allowed));
  mesh::add_switch(settings, "vendorConfig/callForks", known(view.forks_allowed));
  return state;
}

}  // namespace phone::signaling
