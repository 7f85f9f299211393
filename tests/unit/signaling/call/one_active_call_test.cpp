// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One user, one microphone: a second call (cucm-calls.md 2.1 and 2.12), and keys.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/signaling/call/hold_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::milliseconds;

TEST_F(F89_OneActiveCall, AnsweringASecondCallTakesTheUserFromTheFirstBeforeTheSecondHasOne) {
  established();
  const std::string second = second_rings();
  EXPECT_EQ(world.tones.back(), Tone::kCallWaiting);
  EXPECT_EQ(world.tone_streams.back(), view(0).stream);
  EXPECT_EQ(users(), 1u);
  world.settings.clear();
  ASSERT_TRUE(agent.answer(second, now).ok());
  ASSERT_EQ(world.settings.size(), 2u);
  EXPECT_EQ(world.settings[0].stream, view(0).stream);
  EXPECT_FALSE(world.settings[0].has_user);
  EXPECT_EQ(world.settings[1].stream, view(1).stream);
  EXPECT_TRUE(world.settings[1].has_user);
  Message invite = world.next();
  EXPECT_EQ(invite.method, "INVITE");
  EXPECT_EQ(direction_of(invite), Direction::kSendOnly);
  EXPECT_EQ(world.next().status, 200);
  agree(invite, "inactive");
  EXPECT_EQ(view(0).hold, HoldState::kHeld);
  EXPECT_FALSE(view(0).held_by_far_end) << "an answer to a hold says nothing about the far end's own";
  EXPECT_TRUE(view(1).has_user);

  // Swap.
  ASSERT_TRUE(agent.resume(view(0).call, now).ok());
  EXPECT_EQ(users(), 1u);
  EXPECT_FALSE(view(1).has_user);
  EXPECT_EQ(view(1).hold, HoldState::kHolding);
  EXPECT_TRUE(view(0).has_user);
}

TEST_F(F89_OneActiveCall, WhatMediaDoesOtherwiseIsOrderedAgain) {
  established();
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  world.settings.clear();
  const auto media_does = [&](bool has_user) {
    agent.stream_facts("a", {{.stream = call().stream, .has_user = has_user}}, now);
  };
  media_does(false);
  EXPECT_TRUE(world.settings.empty());
  media_does(true);
  ASSERT_EQ(world.settings.size(), 1u);
  EXPECT_FALSE(world.settings[0].has_user);
}

TEST_F(F89_OneActiveCall, ATonePlaysForTheCallTheUserIsInAndForAHeldOneLater) {
  Settings settings = test_settings();
  settings.protected_device = settings.secure_indication_tone = true;
  agent.configure(settings, now);
  Message first = established();
  media_says(true, true);
  now += std::chrono::seconds(3);
  agent.on_time(now);
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  agree(world.next(), "recvonly");
  world.tones.clear();
  receive(request("UPDATE", 103, first,
                  {{"Call-Info", "<urn:x-cisco-remotecc:callinfo>;security=NotAuthenticated;orientation=to"}}));
  EXPECT_EQ(call().security.weakest_part, "far end");
  EXPECT_TRUE(world.tones.empty()) << "it would be taken for the call that the user is in";
  ASSERT_TRUE(agent.resume(call().call, now).ok());
  EXPECT_EQ(world.tones, std::vector<Tone>{Tone::kNonsecure});
}

TEST_F(F89_OneActiveCall, DiallingTakesTheUserFromTheFirst) {
  established();
  ASSERT_TRUE(agent.dial("1003", now).ok());
  EXPECT_EQ(users(), 0u);
  EXPECT_EQ(view(0).hold, HoldState::kHolding);
  EXPECT_TRUE(view(1).has_user);
  EXPECT_EQ(direction_of(world.next()), Direction::kSendOnly);
}

TEST_F(F89_OneActiveCall, ACallThatIsBeingDialledEndsWhenAnotherIsAnswered) {
  dialled();
  receive(incoming(far_sdp("AES_CM_128_HMAC_SHA1_80", 7, 's')));
  world.next();
  agent.stream_opened(world.streams.back().first, 24002, now);
  world.next();
  ASSERT_TRUE(agent.answer(view(1).call, now).ok());
  EXPECT_FALSE(view(0).has_user);
  EXPECT_TRUE(view(1).has_user);
}

TEST_F(F89_OneActiveCall, ASwapSaysSoToBoth) {
  Message first = dialled();
  receive(answer_to(first, 200,
                    {{"Contact", "<sip:1002@192.0.2.1:5061>"},
                     {"Supported", "X-cisco-callinfo"},
                     {"Content-Type", "application/sdp"}},
                    far_sdp("AEAD_AES_256_GCM", 1)));
  world.next();
  ASSERT_TRUE(agent.answer(second_rings(), now).ok());
  Message hold = world.next();
  EXPECT_EQ(list_items(hold, "Call-Info").back(), "<urn:x-cisco-remotecc:hold>");
  world.next();
  agree(hold, "recvonly");
  ASSERT_TRUE(agent.resume(view(0).call, now).ok());
  Message resume = world.next();
  if (resume.call_id != first.call_id) resume = world.next();
  EXPECT_EQ(list_items(resume, "Call-Info").back(), "<urn:x-cisco-remotecc:resume>; operation= swap");
}

TEST_F(F89_OneActiveCall, OfARecordWithTwoUsersOneKeepsTheUser) {
  established();
  std::string other = world.record;
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"id call-", "id another-"}, {"stream stream-", "stream another-"}, {"\ncall_id ", "\ncall_id another-"}})
    other.replace(other.find(from), from.size(), to);
  FakeUserAgentPort later;
  UserAgent again{later};
  again.configure(test_settings(), now);
  again.restore(world.record + other, {}, now);
  ASSERT_EQ(again.view().calls.size(), 2u);
  EXPECT_TRUE(again.view().calls.at(0).has_user);
  EXPECT_FALSE(again.view().calls.at(1).has_user);
  EXPECT_EQ(again.view().calls.at(1).hold, HoldState::kHolding);
}

TEST_F(F89_OneActiveCall, TheWaitingCallRingsOnceTheUserIsFree) {
  Message first = established();
  const std::string second = second_rings();
  ASSERT_EQ(world.tones.back(), Tone::kCallWaiting);
  receive(request("BYE", 301, first));
  EXPECT_EQ(world.tones.back(), Tone::kRinging);
  EXPECT_EQ(world.tone_streams.back(), "");
  EXPECT_TRUE(agent.answer(second, now).ok());
}

TEST_F(F89_OneActiveCall, ACallWaitingThatWasAnsweredElsewhereIsSaidToBe) {
  established();
  second_rings();
  Message cancel;
  cancel.is_request = true;
  cancel.method = "CANCEL";
  cancel.uri = "sip:2222@192.0.2.99:40000";
  cancel.add("Via", "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKin").add("From", "\"Far\" <sip:1002@cucm1>;tag=far");
  cancel.add("To", "<sip:2222@cucm1>").add("Call-ID", "in@cucm1").add("CSeq", "101 CANCEL").add("Max-Forwards", "70");
  cancel.add("Reason", "SIP;cause=200;text=\"Call completed elsewhere\"");
  receive(write(cancel));
  EXPECT_EQ(view(1).ended_by, "answered elsewhere");
  EXPECT_EQ(world.tones.back(), Tone::kNone);
  EXPECT_EQ(world.tone_streams.back(), view(0).stream);
}

TEST_F(F89_OneActiveCall, KeysGoToTheCallThatHasTheUser) {
  established();
  absl::Status said = absl::UnknownError("nothing");
  const auto press = [&](const std::string& id, const std::string& digits) {
    agent.send_digits(
        id, crypto::Secret::copy_of(digits), [&](const absl::Status& status) { said = status; }, now);
    return std::string(said.message());
  };
  EXPECT_EQ(press("call-none", "1"), "no such call");
  EXPECT_EQ(press(call().call, "1x"), "1 to 32 digits are sent at a time: 0-9, *, # and A-D");
  EXPECT_EQ(press(call().call, ""), "1 to 32 digits are sent at a time: 0-9, *, # and A-D");
  EXPECT_EQ(press(call().call, std::string(33, '1')), "1 to 32 digits are sent at a time: 0-9, *, # and A-D");
  EXPECT_TRUE(world.keys.empty());
  EXPECT_EQ(press(call().call, "12#D"), "");
  EXPECT_TRUE(said.ok());
  ASSERT_EQ(world.keys.size(), 1u);
  EXPECT_EQ(world.keys[0].first, call().stream);
  EXPECT_EQ(world.keys[0].second, "12#D");
  ASSERT_TRUE(agent.hold(call().call, now).ok());
  EXPECT_EQ(press(call().call, "1"), "the call is on hold");
}

TEST_F(F89_OneActiveCall, NoKeysForAFarEndThatTakesNone) {
  Message first = dialled();
  std::string sdp = far_sdp("AEAD_AES_256_GCM", 1);
  const size_t name = sdp.find("telephone-event");
  ASSERT_NE(name, std::string::npos) << sdp;
  sdp.replace(name, 15, "x-other-payload");
  receive(answer_to(first, 200, {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}}, sdp));
  world.next();
  absl::Status said = absl::UnknownError("nothing");
  agent.send_digits(
      call().call, crypto::Secret::copy_of("12#D"), [&](const absl::Status& status) { said = status; }, now);
  EXPECT_EQ(said.message(), "the far end does not support telephone events (RFC 4733)");
  EXPECT_TRUE(world.keys.empty());
}

TEST_F(F89_OneActiveCall, TheBusyTriggerOfTheLineAnswers486AndMaxCallsRefusesDialling) {
  established();
  Settings settings = test_settings();
  settings.lines[0].busy_trigger = 1;
  settings.lines[0].max_calls = 2;
  agent.configure(settings, now);
  receive(incoming(far_sdp("AEAD_AES_256_GCM", 1)));
  EXPECT_EQ(world.next().status, 100);
  EXPECT_EQ(world.next().status, 486);
  EXPECT_EQ(agent.view().calls.size(), 1u);
  ASSERT_TRUE(agent.dial("1003", now).ok());
  EXPECT_EQ(agent.dial("1004", now).status().message(), "the phone has no free call appearance");
}

// Whatever the user and the far ends do, in any order: at most one call has the user, for media and for what is shown.
TEST_F(F89_OneActiveCall, AtMostOneCallHasTheUserWhateverHappens) {
  std::mt19937 random(20261129);
  Message first = established();
  ASSERT_TRUE(agent.answer(second_rings(), now).ok());
  uint32_t cseq = 1000;
  std::vector<Message> out;
  for (int step = 0; step < 3000; ++step) {
    const size_t count = agent.view().calls.size();
    const std::string id = view(random() % count).call;
    switch (random() % 8) {
      case 0:
        (void)agent.hold(id, now);
        break;
      case 1:
      case 2:
        (void)agent.resume(id, now);
        break;
      case 3:
        receive(request("INVITE", ++cseq, first, {{"Content-Type", "application/sdp"}},
                        far_sdp("AEAD_AES_256_GCM", 1, static_cast<char>('a' + random() % 8))));
        receive(request("ACK", cseq, first));
        break;
      case 4: {
        static constexpr int kStatus[] = {200, 488, 491, 500};
        if (out.empty()) break;
        const int status = kStatus[random() % 4];
        std::vector<HeaderField> extra;
        if (status == 200) extra = {{"Contact", "<sip:1002@192.0.2.1:5061>"}, {"Content-Type", "application/sdp"}};
        receive(answer_to(out.front(), status, extra, status == 200 ? far_sdp("AEAD_AES_256_GCM", 1, 'z') : ""));
        out.erase(out.begin());
        break;
      }
      case 5:
        now += milliseconds(random() % 3000);
        agent.on_time(now);
        break;
      case 6:
        media_says(true, random() % 2 == 0);
        break;
      case 7:
        if (random() % 4 == 0) (void)agent.dial("1004", now);
        break;
    }
    for (Message sent = world.next(); !sent.method.empty() || sent.status != 0; sent = world.next()) {
      if (sent.method == "INVITE") out.push_back(sent);
    }
    size_t shown = 0;
    for (const CallView& one : agent.view().calls) shown += one.has_user ? 1 : 0;
    ASSERT_LE(shown, 1u) << "step " << step;
    ASSERT_LE(users(), 1u) << "step " << step;
  }
}

}  // namespace
}  // namespace phone::signaling
