// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The glue between the contract and signaling, with values that are not defaults.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "services/signaling/rpc/convert_rpc.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"

namespace phone::signaling {
namespace {

template <class Domain, class Proto>
void expect_table(const std::map<Domain, Proto>& table) {
  for (const auto& [domain, proto] : table) EXPECT_EQ(to_proto(domain), proto);
}

TEST(SignalingEnums, EachHasItsValueOfTheContract) {
  expect_table<RegistrationState, v1::RegistrationState>(
      {{RegistrationState::kDown, v1::REGISTRATION_STATE_DOWN},
       {RegistrationState::kConnecting, v1::REGISTRATION_STATE_CONNECTING},
       {RegistrationState::kRegistering, v1::REGISTRATION_STATE_REGISTERING},
       {RegistrationState::kRegistered, v1::REGISTRATION_STATE_REGISTERED},
       {RegistrationState::kStandby, v1::REGISTRATION_STATE_STANDBY},
       {RegistrationState::kRefused, v1::REGISTRATION_STATE_REFUSED}});
  expect_table<CallState, v1::CallState>({{CallState::kDialing, v1::CALL_STATE_DIALING},
                                          {CallState::kRingingOut, v1::CALL_STATE_RINGING_OUT},
                                          {CallState::kRingingIn, v1::CALL_STATE_RINGING_IN},
                                          {CallState::kEstablished, v1::CALL_STATE_ESTABLISHED},
                                          {CallState::kEnded, v1::CALL_STATE_ENDED},
                                          {CallState::kPreserved, v1::CALL_STATE_PRESERVED}});
  expect_table<SecurityLevel, v1::SecurityLevel>(
      {{SecurityLevel::kUnknown, v1::SECURITY_LEVEL_UNKNOWN},
       {SecurityLevel::kNotAuthenticated, v1::SECURITY_LEVEL_NOT_AUTHENTICATED},
       {SecurityLevel::kAuthenticated, v1::SECURITY_LEVEL_AUTHENTICATED},
       {SecurityLevel::kEncrypted, v1::SECURITY_LEVEL_ENCRYPTED}});
  expect_table<Icon, v1::Icon>(
      {{Icon::kNone, v1::ICON_NONE}, {Icon::kShield, v1::ICON_SHIELD}, {Icon::kLock, v1::ICON_LOCK}});
  expect_table<Tone, media::v1::Tone>({{Tone::kNone, media::v1::TONE_NONE},
                                       {Tone::kRingback, media::v1::TONE_RINGBACK},
                                       {Tone::kBusy, media::v1::TONE_BUSY},
                                       {Tone::kReorder, media::v1::TONE_REORDER},
                                       {Tone::kSecure, media::v1::TONE_SECURE},
                                       {Tone::kNonsecure, media::v1::TONE_NONSECURE},
                                       {Tone::kRinging, media::v1::TONE_RINGING},
                                       {Tone::kCallWaiting, media::v1::TONE_CALL_WAITING},
                                       {Tone::kZipZip, media::v1::TONE_ZIP_ZIP},
                                       {Tone::kRecording, media::v1::TONE_RECORDING}});
  expect_table<HoldState, v1::HoldState>({{HoldState::kNone, v1::HOLD_STATE_NONE},
                                          {HoldState::kHolding, v1::HOLD_STATE_HOLDING},
                                          {HoldState::kHeld, v1::HOLD_STATE_HELD},
                                          {HoldState::kHeldHere, v1::HOLD_STATE_HELD_HERE},
                                          {HoldState::kResuming, v1::HOLD_STATE_RESUMING}});
  expect_table<TransferState, v1::TransferState>({{TransferState::kNone, v1::TRANSFER_STATE_NONE},
                                                  {TransferState::kHolding, v1::TRANSFER_STATE_HOLDING},
                                                  {TransferState::kReferring, v1::TRANSFER_STATE_REFERRING},
                                                  {TransferState::kAccepted, v1::TRANSFER_STATE_ACCEPTED}});
  using Scheme = crypto::SigningInput;
  EXPECT_EQ(scheme_of(Scheme::kRsaPkcs1), certificates::v1::SCHEME_RSA_PKCS1);
  EXPECT_EQ(scheme_of(Scheme::kRsaPss), certificates::v1::SCHEME_RSA_PSS);
  EXPECT_EQ(scheme_of(Scheme::kEcdsa), certificates::v1::SCHEME_ECDSA);
  EXPECT_EQ(to_mesh(Severity::kInfo), mesh::Severity::kInfo);
  EXPECT_EQ(to_mesh(Severity::kWarning), mesh::Severity::kWarning);
  EXPECT_EQ(to_mesh(Severity::kError), mesh::Severity::kError);
}

TEST(SignalingEnums, DirectionsGoBothWaysAndAnUnknownOneIsInactive) {
  const std::map<Direction, media::v1::Direction> table{{Direction::kInactive, media::v1::DIRECTION_INACTIVE},
                                                        {Direction::kSendOnly, media::v1::DIRECTION_SENDONLY},
                                                        {Direction::kReceiveOnly, media::v1::DIRECTION_RECVONLY},
                                                        {Direction::kSendReceive, media::v1::DIRECTION_SENDRECV}};
  for (const auto& [domain, proto] : table) {
    EXPECT_EQ(to_proto(domain), proto);
    EXPECT_EQ(from_proto(proto), domain);
  }
  EXPECT_EQ(from_proto(static_cast<media::v1::Direction>(7)), Direction::kInactive);
}

TEST(SignalingEnums, ACertificateHasTheNameOfItsKind) {
  EXPECT_EQ(certificate_kind_text(certificates::v1::CERTIFICATE_KIND_LSC), "LSC");
  EXPECT_EQ(certificate_kind_text(certificates::v1::CERTIFICATE_KIND_MIC), "MIC");
  EXPECT_EQ(certificate_kind_text(certificates::v1::CERTIFICATE_KIND_USER), "user");
}

StreamSetting setting() {
  return {.stream = "stream-1",
          .call = "call-1",
          .remote_address = "192.0.2.200",
          .remote_port = 30001,
          .codec = "opus",
          .payload_type = 107,
          .clock_rate = 48000,
          .dtmf_payload_type = 102,
          .direction = Direction::kReceiveOnly,
          .transmit = {"AEAD_AES_256_GCM", crypto::Secret(std::string(44, 't')), 3},
          .receive = {"AEAD_AES_128_GCM", crypto::Secret(std::string(28, 'r')), 5, "\x04\x2a"},
          .dscp = 34,
          .has_user = false,
          .cookie = "v=0"};
}

TEST(SignalingConversions, ACallSaysWhoHasTheUserAndWhatBecomesOfIt) {
  CallView view;
  view.hold = HoldState::kHeldHere;
  view.held_by_far_end = true;
  view.transfer = TransferState::kReferring;
  view.transfer_failure = "the transfer failed: J\xfcrgen";
  v1::Call call = to_proto(view);
  EXPECT_EQ(call.hold(), v1::HOLD_STATE_HELD_HERE);
  EXPECT_TRUE(call.held_by_far_end());
  EXPECT_FALSE(call.has_user());
  EXPECT_EQ(call.transfer(), v1::TRANSFER_STATE_REFERRING);
  EXPECT_EQ(call.transfer_failure(), "the transfer failed: J\xef\xbf\xbdrgen");
  view.held_by_far_end = false;
  view.has_user = true;
  call = to_proto(view);
  EXPECT_FALSE(call.held_by_far_end());
  EXPECT_TRUE(call.has_user());
}

TEST(SignalingConversions, AStreamIsConfiguredWithAllItHas) {
  const media::v1::ConfigureStreamRequest request = to_proto(setting());
  EXPECT_EQ(request.stream(), "stream-1");
  EXPECT_EQ(request.call(), "call-1");
  EXPECT_EQ(request.remote_address(), "192.0.2.200");
  EXPECT_EQ(request.remote_port(), 30001u);
  EXPECT_EQ(request.codec().name(), "opus");
  EXPECT_EQ(request.codec().payload_type(), 107u);
  EXPECT_EQ(request.codec().clock_rate(), 48000u);
  EXPECT_EQ(request.codec().dtmf_payload_type(), 102u);
  EXPECT_EQ(request.direction(), media::v1::DIRECTION_RECVONLY);
  EXPECT_EQ(request.transmit().suite(), "AEAD_AES_256_GCM");
  EXPECT_EQ(request.transmit().key_salt(), std::string(44, 't'));
  EXPECT_EQ(request.transmit().tag(), 3u);
  EXPECT_EQ(request.receive().suite(), "AEAD_AES_128_GCM");
  EXPECT_EQ(request.receive().key_salt(), std::string(28, 'r'));
  EXPECT_EQ(request.receive().tag(), 5u);
  EXPECT_EQ(request.receive().mki(), "\x04\x2a");
  EXPECT_EQ(request.dscp(), 34u);
  EXPECT_EQ(request.audio_focus(), media::v1::AUDIO_FOCUS_RELEASE);
  EXPECT_EQ(request.cookie(), "v=0");
}

TEST(SignalingConversions, AForkNamesItsCallAndWhoseSoundItCarries) {
  EXPECT_FALSE(to_proto(setting()).has_fork());
  StreamSetting fork = setting();
  fork.fork_of = "stream-9";
  EXPECT_EQ(to_proto(fork).fork().of(), "stream-9");
  EXPECT_EQ(to_proto(fork).fork().sound(), media::v1::FORK_SOUND_NEAR_END);
  fork.fork_far_end = true;
  EXPECT_EQ(to_proto(fork).fork().sound(), media::v1::FORK_SOUND_FAR_END);
  CallView view;
  EXPECT_EQ(to_proto(view).fork_size(), 0);
  view.forks = {{.far_end = true, .encrypted = false}, {.far_end = false, .encrypted = true}};
  const v1::Call call = to_proto(view);
  ASSERT_EQ(call.fork_size(), 2);
  EXPECT_TRUE(call.fork(0).far_end() && !call.fork(0).encrypted());
  EXPECT_TRUE(!call.fork(1).far_end() && call.fork(1).encrypted());
}

TEST(SignalingConversions, TheCallWithTheUserTakesTheAudioFocus) {
  StreamSetting with_user = setting();
  with_user.has_user = true;
  EXPECT_EQ(to_proto(with_user).audio_focus(), media::v1::AUDIO_FOCUS_TAKE);
}

// What was configured is what media gives back.
TEST(SignalingConversions, ARecoveredStreamIsTheOneThatWasConfigured) {
  media::v1::RecoverStreamsReply reply;
  *reply.add_stream() = to_proto(setting());
  (*reply.mutable_local_port())["stream-1"] = 24002;
  const auto streams = to_streams(reply);
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams[0].local_port, 24002);
  StreamSetting expected = setting();
  expected.has_user = streams[0].setting.has_user;  // the record of the calls says which one has it
  EXPECT_EQ(to_proto(streams[0].setting).SerializeAsString(), to_proto(expected).SerializeAsString());
}

TEST(SignalingConversions, ReportsOfStreamsKeepEveryFact) {
  media::v1::StreamFacts facts;
  facts.set_incarnation("media-2");
  auto* fact = facts.add_stream();
  fact->set_stream("stream-1");
  fact->set_receiving_encrypted(true);
  fact->set_packets_sent(11);
  fact->set_packets_received(12);
  fact->set_transmit_suite("tx");
  fact->set_receive_suite("rx");
  fact->set_codec("PCMA");
  fact->set_rx_stat("Dur=1");
  fact->set_tx_stat("Dur=2");
  fact->set_audio_focus(media::v1::AUDIO_FOCUS_STATE_HOLDS);
  const StreamsReported event = to_reports(facts);
  EXPECT_EQ(event.incarnation, "media-2");
  ASSERT_EQ(event.reports.size(), 1u);
  const StreamReport& report = event.reports[0];
  EXPECT_EQ(report.stream, "stream-1");
  EXPECT_FALSE(report.sending_encrypted);
  EXPECT_TRUE(report.receiving_encrypted);
  EXPECT_EQ(report.packets_sent, 11u);
  EXPECT_EQ(report.packets_received, 12u);
  EXPECT_EQ(report.transmit_suite, "tx");
  EXPECT_EQ(report.receive_suite, "rx");
  EXPECT_EQ(report.codec, "PCMA");
  EXPECT_EQ(report.rx_stat + report.tx_stat, "Dur=1Dur=2");
  EXPECT_TRUE(report.has_user);
  fact = facts.mutable_stream(0);
  fact->set_audio_focus(media::v1::AUDIO_FOCUS_STATE_LOST);
  EXPECT_FALSE(to_reports(facts).reports[0].has_user);
}

TEST(SignalingConversions, TheFirstLineSaysHowManyCallsThereMayBe) {
  policy::v1::EffectivePolicy policy;
  policy.add_line()->set_max_calls(5);
  policy.mutable_line(0)->set_busy_trigger(3);
  const Settings settings = to_settings(policy);
  EXPECT_EQ(settings.lines.at(0).max_calls, 5u);
  EXPECT_EQ(settings.lines.at(0).busy_trigger, 3u);
}

// One switch at a time, so that none stands for another.
TEST(F46_SignalingSettings, EachSwitchOfSecurityIsItsOwn) {
  const auto switches = [](const policy::v1::EffectivePolicy& policy) {
    const Settings settings = to_settings(policy);
    return std::vector<bool>{settings.fips, settings.protected_device, settings.encrypted_media,
                             settings.fallback_allowed, settings.forks_allowed};
  };
  using Switches = std::vector<bool>;
  policy::v1::EffectivePolicy policy;
  EXPECT_EQ(switches(policy), (Switches{false, false, false, false, false})) << "a silent policy is strict";
  policy.set_fips(true);
  EXPECT_EQ(switches(policy), (Switches{true, false, false, false, false}));
  policy.Clear();
  policy.set_protected_device(true);
  EXPECT_EQ(switches(policy), (Switches{false, true, false, false, false}));
  policy.Clear();
  policy.set_security_mode(policy::v1::SECURITY_MODE_ENCRYPTED);
  EXPECT_EQ(switches(policy), (Switches{false, false, true, false, false}));
  policy.set_security_mode(policy::v1::SECURITY_MODE_AUTHENTICATED);
  EXPECT_EQ(switches(policy), (Switches{false, false, false, false, false}));
  policy.Clear();
  policy.set_srtp_fallback_allowed(true);
  EXPECT_EQ(switches(policy), (Switches{false, false, false, true, false}));
  policy.Clear();
  policy.set_call_forks_allowed(true);
  EXPECT_EQ(switches(policy), (Switches{false, false, false, false, true}));
}

TEST(SignalingConversions, AnAlarmKeepsWhichListIsWhich) {
  policy::v1::EffectivePolicy policy;
  auto* alarm = policy.add_recent_alarm();
  alarm->set_number(5);
  alarm->set_code(8);
  alarm->set_ctl_signature("0C");
  alarm->set_ctl_server("ctl.lab");
  alarm->set_itl_signature("01");
  alarm->set_itl_server("itl.lab");
  const auto alarms = to_settings(policy).alarms;
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].number, 5u);
  EXPECT_EQ(alarms[0].code, 8u);
  EXPECT_EQ(alarms[0].ctl_signature, "0C");
  EXPECT_EQ(alarms[0].ctl_server, "ctl.lab");
  EXPECT_EQ(alarms[0].itl_signature, "01");
  EXPECT_EQ(alarms[0].itl_server, "itl.lab");
}

TEST(F46_SignalingSettings, AreThoseOfThePolicyInForceAndUnknownBefore) {
  const auto states = [](const StateView& view) {
    std::string all;
    const v1::SignalingState state = to_proto(view);
    for (const auto& one : state.setting()) all += one.element() + std::to_string(one.state()) + " ";
    return all;
  };
  EXPECT_EQ(states({}),
            "vendorConfig/fipsMode1 vendorConfig/protectedDevice1 "
            "vendorConfig/playSecureIndicationTone1 vendorConfig/srtpFallback1 vendorConfig/callForks1 ");
  StateView view;
  view.policy_version = 7;
  view.protected_device = view.forks_allowed = true;
  EXPECT_EQ(states(view),
            "vendorConfig/fipsMode2 vendorConfig/protectedDevice3 "
            "vendorConfig/playSecureIndicationTone2 vendorConfig/srtpFallback2 vendorConfig/callForks3 ");
  EXPECT_EQ(to_proto(view).policy_version(), 7U);
}

TEST(SignalingConversions, ThePolicyIsKeptWithoutPasswords) {
  policy::v1::EffectivePolicy policy;
  policy.set_version(7);
  policy.add_line()->set_auth_password("secret-1");
  policy.add_line()->set_auth_password("secret-2");
  policy.mutable_line(1)->set_directory_number("1002");
  const auto kept = without_secrets(policy);
  EXPECT_EQ(kept.SerializeAsString().find("secret"), std::string::npos);
  EXPECT_EQ(kept.version(), 7u);
  EXPECT_EQ(kept.line(1).directory_number(), "1002");
}

}  // namespace
}  // namespace phone::signaling
