// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

using F20_MediaEncryption = Calls_;
using F30_Aes256Offer = Calls_;
using F50_IndicationTone = Calls_;
using F80_CallSecurity = Calls_;
using F81_CallsSurviveRestart = Calls_;

TEST_F(F30_Aes256Offer, TheFourSuitesAreOfferedInOrderOnSavp) {
  Message invite = dialled();
  auto offer = parse_sdp(invite.body);
  ASSERT_TRUE(offer.ok());
  const MediaLine& audio = offer->media.at(0);
  EXPECT_EQ(audio.protocol, "RTP/SAVP");
  ASSERT_EQ(audio.crypto.size(), 4u);
  EXPECT_EQ(audio.crypto[0].suite, "AEAD_AES_256_GCM");
  EXPECT_EQ(audio.crypto[1].suite, "AEAD_AES_128_GCM");
  EXPECT_EQ(audio.crypto[2].suite, "AES_CM_128_HMAC_SHA1_80");
  EXPECT_EQ(audio.crypto[3].suite, "AES_CM_128_HMAC_SHA1_32");
  EXPECT_EQ(audio.port, 24000);
}

TEST_F(F80_CallSecurity, TheLockNeedsSignallingMediaBothWaysAndTheCallManagersWord) {
  established();
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(call().security.icon, Icon::kNone);
  media_says(true, false);
  EXPECT_EQ(call().security.weakest_part, "media receive");
  media_says(true, true);
  EXPECT_EQ(call().security.icon, Icon::kLock);
  EXPECT_EQ(call().security.weakest_part, "");
}

TEST_F(F20_MediaEncryption, TheKeysOfTheAnswerReachMediaAndNoRecordOrReport) {
  established();
  ASSERT_FALSE(world.settings.empty());
  const StreamSetting& setting = world.settings.back();
  EXPECT_EQ(setting.transmit.suite, "AEAD_AES_256_GCM");
  EXPECT_EQ(setting.receive.key_salt.view(), std::string(44, 'k'));
  EXPECT_EQ(setting.remote_port, 30000);
  EXPECT_FALSE(world.record.empty());
  EXPECT_EQ(world.record.find("inline"), std::string::npos);
  EXPECT_EQ(world.record.find("kkkk"), std::string::npos);
}

TEST_F(F20_MediaEncryption, AnAnswerOnClearRtpEndsTheCall) {
  Message invite = dialled();
  receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}},
                    far_sdp("", 0)));
  EXPECT_EQ(world.next().method, "ACK");
  EXPECT_EQ(world.next().method, "BYE");
  EXPECT_EQ(call().ended_by, "media: the far end answered with RTP, and this phone requires SRTP");
  EXPECT_TRUE(world.settings.empty());
}

TEST_F(F20_MediaEncryption, AnAnswerWithAnotherTagEndsTheCall) {
  Message invite = dialled();
  receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}},
                    far_sdp("AEAD_AES_256_GCM", 9)));
  EXPECT_EQ(call().state, CallState::kEnded);
}

TEST_F(F20_MediaEncryption, AClearOfferIsRefusedBeforeItRings) {
  receive(incoming(far_sdp("", 0)));
  EXPECT_EQ(world.next().status, 100);
  EXPECT_EQ(world.next().status, 488);
  EXPECT_TRUE(world.tones.empty() || world.tones.back() == Tone::kNone);
}

TEST_F(Calls_, AnIncomingCallRingsIsAnsweredAndEndedByTheFarEnd) {
  receive(incoming(far_sdp("AES_CM_128_HMAC_SHA1_80", 7)));
  EXPECT_EQ(world.next().status, 100);
  agent.stream_opened(world.streams.back().first, 24002, now);
  Message ringing = world.next();
  EXPECT_EQ(ringing.status, 180);
  EXPECT_EQ(call().state, CallState::kRingingIn);
  EXPECT_EQ(call().remote_name, "Far");
  ASSERT_TRUE(agent.answer(call().call, now).ok());
  Message ok = world.next();
  EXPECT_EQ(ok.status, 200);
  EXPECT_NE(ok.body.find("a=crypto:7 AES_CM_128_HMAC_SHA1_80"), std::string::npos);
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_TRUE(agent.answer(call().call, now).status().code() == absl::StatusCode::kFailedPrecondition);
}

TEST_F(Calls_, AnOfferlessInviteIsAnsweredWithAnOffer) {
  receive(incoming(""));
  world.next();
  agent.stream_opened(world.streams.back().first, 24002, now);
  world.next();
  ASSERT_TRUE(agent.answer(call().call, now).ok());
  auto offer = parse_sdp(world.next().body);
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ(offer->media.at(0).crypto.size(), 4u);
  EXPECT_TRUE(world.settings.empty());
}

TEST_F(Calls_, CancelWaitsForTheFirstProvisionalAnswer) {
  Message invite = dialled();
  ASSERT_TRUE(agent.hang_up(call().call, now).ok());
  EXPECT_TRUE(world.quiet());
  receive(answer_to(invite, 180));
  Message cancel = world.next();
  EXPECT_EQ(cancel.method, "CANCEL");
  EXPECT_EQ(cancel.vias.at(0).branch, invite.vias.at(0).branch);
  receive(answer_to(cancel, 200));
  receive(answer_to(invite, 487));
  EXPECT_EQ(world.next().method, "ACK");
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "hung up here");
}

TEST_F(Calls_, ARepeated2xxIsAcknowledgedAgain) {
  Message invite = established();
  receive(answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}}));
  EXPECT_EQ(world.next().method, "ACK");
}

TEST_F(F80_CallSecurity, AHoldByTheSameFarEndKeepsOurKey) {
  Message invite = established();
  std::string key(world.settings.back().transmit.key_salt.view());
  receive(request("INVITE", 102, invite, {{"Content-Type", "application/sdp"}},
                  far_sdp("AEAD_AES_256_GCM", 3, 'k', "sendonly")));
  EXPECT_EQ(world.next().status, 100);
  Message ok = world.next();
  EXPECT_EQ(ok.status, 200);
  EXPECT_NE(ok.body.find("a=recvonly"), std::string::npos);
  EXPECT_EQ(world.settings.back().transmit.key_salt.view(), key);
  EXPECT_EQ(world.settings.back().direction, Direction::kReceiveOnly);
}

TEST_F(F50_IndicationTone, AProtectedPhoneHearsTheSecureToneAndTheChange) {
  Settings settings = test_settings();
  settings.protected_device = settings.secure_indication_tone = true;
  agent.configure(settings, now);
  Message invite = established();
  world.tones.clear();
  media_says(true, true);
  ASSERT_EQ(world.tones, std::vector<Tone>{Tone::kSecure});
  agent.tone_played(world.streams.back().first, Tone::kSecure);
  EXPECT_TRUE(call().secure_tone_played);
  now += seconds(3);
  agent.on_time(now);
  receive(request("UPDATE", 103, invite,
                  {{"Call-Info", "<urn:x-cisco-remotecc:callinfo>;security=NotAuthenticated;orientation=to"}}));
  EXPECT_EQ(world.tones.back(), Tone::kNonsecure);
  EXPECT_EQ(call().security.weakest_part, "far end");
}

TEST_F(F50_IndicationTone, ALockThatFluttersIsHeardOnceInTwoSecondsAndTheLastStateWins) {
  Settings settings = test_settings();
  settings.protected_device = settings.secure_indication_tone = true;
  agent.configure(settings, now);
  Message invite = established();
  media_says(true, true);
  now += seconds(3);
  agent.on_time(now);
  world.tones.clear();
  uint32_t cseq = 103;
  const auto far_end_is = [&](const std::string& level) {
    receive(request("UPDATE", cseq++, invite,
                    {{"Call-Info", "<urn:x-cisco-remotecc:callinfo>;security=" + level + ";orientation=to"}}));
  };
  for (int i = 0; i < 50; ++i) {
    far_end_is("NotAuthenticated");
    EXPECT_EQ(call().security.weakest_part, "far end") << "the status says it at once";
    far_end_is("Encrypted");
    EXPECT_EQ(call().security.level, SecurityLevel::kEncrypted);
  }
  EXPECT_EQ(world.tones, std::vector<Tone>{Tone::kNonsecure});
  ASSERT_TRUE(agent.deadline().has_value());
  EXPECT_LE(*agent.deadline(), now + seconds(2));
  now += std::chrono::milliseconds(1999);
  agent.on_time(now);
  EXPECT_EQ(world.tones.size(), 1u);
  now += std::chrono::milliseconds(1);
  agent.on_time(now);
  EXPECT_EQ(world.tones, (std::vector<Tone>{Tone::kNonsecure, Tone::kSecure}));
  // What is again as it was announced needs no tone.
  far_end_is("NotAuthenticated");
  far_end_is("Encrypted");
  now += seconds(2);
  agent.on_time(now);
  EXPECT_EQ(world.tones.size(), 2u);
}

TEST_F(F50_IndicationTone, AnUnprotectedPhoneHearsNone) {
  established();
  world.tones.clear();
  media_says(true, true);
  now += seconds(3);
  agent.on_time(now);
  EXPECT_TRUE(world.tones.empty());
}

TEST_F(F81_CallsSurviveRestart, ARestartedPhoneAnswersAndHangsUpOverTheNewConnection) {
  Message invite = established();
  StreamSetting kept = world.settings.back();
  FakeUserAgentPort second;
  UserAgent reborn(second);
  reborn.restore(world.record, {{kept, 24000}}, now);
  EXPECT_EQ(reborn.view().calls.at(0).state, CallState::kPreserved);
  reborn.configure(test_settings(), now);
  FlowId flow = second.opened.back().first;
  reborn.flow_up(flow, test_facts(), now);
  reborn.flow_message(flow, answer_to(second.next(), 200, {{"Expires", "120"}}), now);
  EXPECT_EQ(reborn.view().calls.at(0).state, CallState::kEstablished);
  EXPECT_EQ(second.next().method, "UPDATE");
  reborn.flow_message(flow, request("INVITE", 110, invite), now);
  EXPECT_EQ(second.next().status, 100);
  Message ok = second.next();
  EXPECT_EQ(ok.status, 200);
  auto offer = parse_sdp(ok.body);
  ASSERT_TRUE(offer.ok());
  ASSERT_EQ(offer->media.at(0).crypto.size(), 4u) << "who answers may be another far end";
  EXPECT_NE(offer->media.at(0).crypto[0].key_salt, kept.transmit.key_salt);
  ASSERT_TRUE(reborn.hang_up(reborn.view().calls.at(0).call, now).ok());
  Message bye = second.next();
  EXPECT_EQ(bye.method, "BYE");
  EXPECT_EQ(bye.call_id, invite.call_id);
  EXPECT_EQ(bye.from_tag(), invite.from_tag());
  EXPECT_EQ(bye.to_tag(), "server-tag");
  EXPECT_EQ(second.closed_streams.size(), 1u);
}

TEST_F(F81_CallsSurviveRestart, WhatMediaReportsBeforeTheCallsAreBackIsNotLost) {
  established();
  const StreamSetting kept = world.settings.back();
  FakeUserAgentPort second;
  UserAgent reborn(second);
  reborn.stream_facts("a",
                      {{.stream = kept.stream,
                        .sending_encrypted = true,
                        .receiving_encrypted = true,
                        .packets_sent = 10,
                        .packets_received = 10,
                        .transmit_suite = "AEAD_AES_256_GCM",
                        .receive_suite = "AEAD_AES_256_GCM",
                        .codec = "PCMU",
                        .has_user = true}},
                      now);
  reborn.restore(world.record, {{kept, 24000}}, now);
  EXPECT_EQ(reborn.view().calls.at(0).security.media_transmit, SecurityLevel::kEncrypted);
  EXPECT_EQ(reborn.view().calls.at(0).security.media_receive, SecurityLevel::kEncrypted);
}

TEST_F(F81_CallsSurviveRestart, ALostConnectionPreservesTheCallUntilThePhoneIsRegisteredAgain) {
  established();
  media_says(true, true);
  agent.flow_down({.flow = world.opened.back().first, .reason = "reset"}, now);
  EXPECT_EQ(call().state, CallState::kPreserved);
  EXPECT_TRUE(world.closed_streams.empty());
  now += std::chrono::seconds(1);
  agent.on_time(now);
  agent.flow_up(world.opened.back().first, test_facts(), now);
  receive(answer_to(world.next(), 200, {{"Expires", "120"}}));
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(call().security.icon, Icon::kLock);
}

TEST_F(F81_CallsSurviveRestart, AfterARestartOfMediaTheStreamIsSetUpAgainWithTheSameKeys) {
  established();
  media_says(true, true);
  size_t before = world.settings.size();
  agent.stream_facts("b", {}, now);
  agent.stream_opened(world.streams.back().first, 24000, now);
  ASSERT_EQ(world.settings.size(), before + 1);
  EXPECT_EQ(world.settings.back().transmit.key_salt, world.settings[before - 1].transmit.key_salt);
}

// A process after the one that made this call, registered again.
struct Reborn {
  Reborn(const std::string& record, std::vector<RecoveredStream> streams, TimePoint now) {
    agent.restore(record, std::move(streams), now);
    agent.configure(test_settings(), now);
    flow = world.opened.back().first;
    agent.flow_up(flow, test_facts(), now);
    agent.flow_message(flow, answer_to(world.next(), 200, {{"Expires", "120"}}), now);
  }
  FakeUserAgentPort world;
  UserAgent agent{world};
  FlowId flow = 0;
};

TEST_F(F81_CallsSurviveRestart, APeerWithoutUpdateIsOfferedTheSameBytesInOneReInvite) {
  Message invite = established(kEncrypted, "INVITE, ACK, BYE");
  StreamSetting kept = world.settings.back();
  Reborn reborn(world.record, {{kept, 24000}}, now);
  Message again = reborn.world.next();
  EXPECT_EQ(again.method, "INVITE");
  EXPECT_EQ(again.body, kept.cookie);
  EXPECT_EQ(again.call_id, invite.call_id);
  EXPECT_EQ(again.to_tag(), "server-tag");
  EXPECT_GT(again.cseq, invite.cseq);
  EXPECT_TRUE(reborn.world.quiet());
  reborn.agent.flow_message(reborn.flow, request("INVITE", 110, invite), now);
  EXPECT_EQ(reborn.world.next().status, 100);
  EXPECT_EQ(reborn.world.next().status, 491) << "ours is under way";
  EXPECT_EQ(reborn.world.next().method, "") << "no more than one";
  reborn.agent.flow_message(
      reborn.flow,
      answer_to(again, 200,
                {{"Contact", "<sip:1002@192.0.2.1:5061;transport=tls>"}, {"Content-Type", "application/sdp"}},
                far_sdp("AEAD_AES_256_GCM", 1)),
      now);
  EXPECT_EQ(reborn.world.next().method, "ACK");
  EXPECT_EQ(reborn.agent.view().calls.at(0).state, CallState::kEstablished);
  ASSERT_EQ(reborn.world.settings.size(), 1u);
  const StreamSetting& same = reborn.world.settings.back();
  EXPECT_EQ(same.transmit.key_salt, kept.transmit.key_salt);
  EXPECT_EQ(same.receive.key_salt, kept.receive.key_salt);
  EXPECT_EQ(same.cookie, kept.cookie);
}

TEST_F(F81_CallsSurviveRestart, AnOfferAtTheSameMomentIsRepeatedLater) {
  established(kEncrypted, "INVITE");
  Reborn reborn(world.record, {{world.settings.back(), 24000}}, now);
  Message first = reborn.world.next();
  reborn.agent.flow_message(reborn.flow, answer_to(first, 491), now);
  EXPECT_EQ(reborn.world.next().method, "ACK");
  EXPECT_TRUE(reborn.world.quiet());
  now += seconds(3);
  reborn.agent.on_time(now);
  Message second = reborn.world.next();
  EXPECT_EQ(second.method, "INVITE");
  EXPECT_EQ(second.body, first.body);
  reborn.agent.flow_message(reborn.flow, answer_to(second, 481), now);
  EXPECT_EQ(reborn.agent.view().calls.at(0).state, CallState::kEnded);
}

TEST_F(F81_CallsSurviveRestart, WhenMediaHasLostTheKeysTooNewOnesAreOffered) {
  established();
  StreamSetting kept = world.settings.back();
  StreamSetting forgotten;
  forgotten.stream = kept.stream;  // all that media's record still says
  Reborn reborn(world.record, {{forgotten, 24000}}, now);
  EXPECT_TRUE(reborn.world.closed_streams.empty());
  ASSERT_EQ(reborn.world.streams.size(), 1u);
  reborn.agent.stream_opened(kept.stream, 24000, now);
  Message again = reborn.world.next();
  EXPECT_EQ(again.method, "INVITE");
  auto offer = parse_sdp(again.body);
  ASSERT_TRUE(offer.ok());
  ASSERT_EQ(offer->media.at(0).crypto.size(), 4u);
  EXPECT_NE(offer->media.at(0).crypto[0].key_salt, kept.transmit.key_salt);
  EXPECT_EQ(offer->media.at(0).port, 24000);
  reborn.agent.flow_message(
      reborn.flow,
      answer_to(again, 200,
                {{"Contact", "<sip:1002@192.0.2.1:5061;transport=tls>"}, {"Content-Type", "application/sdp"}},
                far_sdp("AEAD_AES_256_GCM", 1, 'n')),
      now);
  ASSERT_EQ(reborn.world.settings.size(), 1u);
  EXPECT_EQ(reborn.world.settings.back().receive.key_salt.view(), std::string(44, 'n'));
}

TEST_F(F81_CallsSurviveRestart, WhenMediaComesBackWithAnotherPortItIsOfferedWithNewKeys) {
  established();
  media_says(true, true);
  StreamSetting kept = world.settings.back();
  agent.stream_facts("b", {}, now);
  agent.stream_opened(kept.stream, 24100, now);
  Message again = world.next();
  EXPECT_EQ(again.method, "INVITE");
  auto offer = parse_sdp(again.body);
  ASSERT_TRUE(offer.ok());
  EXPECT_EQ(offer->media.at(0).port, 24100);
  EXPECT_NE(offer->media.at(0).crypto.at(0).key_salt, kept.transmit.key_salt);
  EXPECT_EQ(call().security.icon, Icon::kNone) << "no lock before packets are seen";
}

TEST_F(F81_CallsSurviveRestart, AnAnsweredCallHasAnOfferOfItsOwnToRepeat) {
  receive(incoming(far_sdp("AEAD_AES_256_GCM", 1)));
  world.next();
  agent.stream_opened(world.streams.back().first, 24002, now);
  world.next();
  ASSERT_TRUE(agent.answer(call().call, now).ok());
  auto offer = parse_sdp(world.settings.back().cookie);
  ASSERT_TRUE(offer.ok());
  ASSERT_EQ(offer->media.at(0).crypto.size(), 1u);
  EXPECT_EQ(offer->media.at(0).crypto[0].key_salt, world.settings.back().transmit.key_salt);
  EXPECT_GT(offer->media.at(0).formats.size(), 1u);
}

}  // namespace
}  // namespace phone::signaling
