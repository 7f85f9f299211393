// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Copies of a call's sound for the call manager (cucm-calls.md 2.10), through the user agent.
#include "services/signaling/fork/fork_list.hpp"

#include <gtest/gtest.h>

#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

class F101_Forks : public Calls_ {
 protected:
  void SetUp() override { begin(true); }
  void begin(bool allowed) {
    Settings settings = test_settings();
    settings.forks_allowed = allowed;
    start(settings);
    invite = established();
    call_stream = world.streams.back().first;
    media_says(true, true);
    world.forget();
  }
  // The recorder's side of SDP; without a suite it is in clear.
  static std::string offer(const std::string& label, const std::string& direction,
                           const std::string& suite = "AEAD_AES_256_GCM") {
    return far_sdp(suite, 1, 'r', direction) + (label.empty() ? "" : cat("a=label:X-relay-", label, "\r\n"));
  }
  std::string join(const std::string& sdp, const std::string& dialog = "", uint32_t cseq = 101,
                   const std::string& method = "INVITE", const std::string& to_tag = "") {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:phone@192.0.2.99:40000";
    message.add("Via",
                cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKfork", cseq, method == "ACK" ? "INVITEack" : method));
    message.add("From", "\"Call Manager\" <sip:cucm1>;tag=recorder");
    message.add("To", cat("<sip:2222@cucm1>", to_tag.empty() ? "" : ";tag=", to_tag));
    message.add("Call-ID", "record@cucm1").add("CSeq", cat(cseq, " ", method)).add("Max-Forwards", "70");
    message.add("Contact", "<sip:recorder@192.0.2.1:5061;transport=tls>");
    message.add("Call-Info", "<urn:x-cisco-remotecc:callinfo>; isVoip; record-invoker=auto");
    if (!dialog.empty()) message.add("Join", dialog);
    if (!sdp.empty()) message.add("Content-Type", "application/sdp");
    message.body = sdp;
    return write(message);
  }
  std::string this_call() const { return cat(invite.call_id, ";from-tag=server-tag;to-tag=", invite.from_tag()); }
  // The final answer to the last request.
  Message answer() {
    Message last = world.next();
    while (last.status == 100) last = world.next();
    return last;
  }
  // Answered, and not running yet.
  Message answered(const std::string& label = "nearend") {
    receive(join(offer(label, "inactive"), this_call()));
    agent.stream_opened(world.streams.back().first, 26000, now);
    const Message ok = answer();
    EXPECT_EQ(ok.status, 200) << write(ok);
    receive(join("", "", 101, "ACK", ok.to_tag()));
    return ok;
  }
  void runs(const Message& ok, const std::string& label = "nearend") {
    receive(join(offer(label, "recvonly"), "", 102, "INVITE", ok.to_tag()));
    EXPECT_EQ(answer().status, 200);
    receive(join("", "", 102, "ACK", ok.to_tag()));
  }
  bool reported(const std::string& part) const {
    for (const auto& one : world.reports) {
      if (one.find(part) != std::string::npos) return true;
    }
    return false;
  }
  // Refused with this cause, and nothing was opened for it.
  void expect_refused(const std::string& request, int status, const std::string& why) {
    const size_t streams = world.streams.size();
    receive(request);
    const Message refused = answer();
    EXPECT_EQ(refused.status, status);
    EXPECT_EQ(refused.text("Warning"), cat("399 phone \"", why, "\""));
    EXPECT_EQ(world.streams.size(), streams);
    EXPECT_TRUE(reported(cat("call.fork_refused: somebody asked for a copy of a call's sound and was refused: ", why)));
    EXPECT_TRUE(call().forks.empty());
    EXPECT_EQ(call().state, CallState::kEstablished);
  }

  Message invite;
  std::string call_stream;
};

TEST_F(F101_Forks, IsAnsweredQuietAndShownAndSaidWhileItRuns) {
  const Message ok = answered();
  ASSERT_EQ(world.settings.size(), 1U);
  EXPECT_EQ(world.settings[0].fork_of, call_stream);
  EXPECT_FALSE(world.settings[0].fork_far_end);
  EXPECT_EQ(world.settings[0].direction, Direction::kInactive);
  EXPECT_FALSE(world.settings[0].has_user);
  EXPECT_FALSE(world.settings[0].transmit.suite.empty());
  EXPECT_EQ(world.settings[0].dtmf_payload_type, 0);
  EXPECT_TRUE(call().forks.empty()) << "nothing is copied yet";
  EXPECT_TRUE(world.tones.empty());
  (void)agent.take_changed();

  runs(ok);
  EXPECT_EQ(world.settings.back().direction, Direction::kSendOnly);
  EXPECT_EQ(call().forks, (std::vector<ForkView>{{.far_end = false, .encrypted = true}}));
  EXPECT_TRUE(agent.take_changed());
  EXPECT_EQ(world.tones, std::vector<Tone>{Tone::kRecording});
  EXPECT_EQ(world.tone_streams.back(), world.streams.back().first) << "the call's own tones go on beside it";
  EXPECT_TRUE(reported("call.fork_started: the call manager gets a copy of what the user says, encrypted"));
  EXPECT_TRUE(call().has_user) << "the call goes on";

  receive(join("", "", 103, "BYE", ok.to_tag()));
  EXPECT_EQ(answer().status, 200);
  EXPECT_TRUE(call().forks.empty());
  EXPECT_EQ(world.closed_streams, std::vector<std::string>{world.streams.back().first});
  EXPECT_TRUE(reported("call.fork_ended: the copy of what the user says has ended: the call manager has ended it"));
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F101_Forks, APauseIsSaidToo) {
  const Message ok = answered("farend");
  EXPECT_TRUE(world.settings[0].fork_far_end);
  runs(ok, "farend");
  EXPECT_EQ(call().forks, (std::vector<ForkView>{{.far_end = true, .encrypted = true}}));
  receive(join(offer("farend", "inactive"), "", 103, "INVITE", ok.to_tag()));
  EXPECT_EQ(answer().status, 200);
  EXPECT_TRUE(call().forks.empty());
  EXPECT_EQ(world.tones, (std::vector<Tone>{Tone::kRecording, Tone::kNone}));
  EXPECT_EQ(world.settings.back().direction, Direction::kInactive);
}

TEST_F(F101_Forks, TagsAreTakenInBothOrders) {
  receive(join(offer("nearend", "inactive"), cat(invite.call_id, ";to-tag=server-tag;from-tag=", invite.from_tag())));
  EXPECT_EQ(world.streams.back().first.substr(0, 5), "fork-");
}

TEST_F(F101_Forks, AnEncryptedCallIsNotCopiedInClear) {
  receive(join(offer("nearend", "inactive", ""), this_call()));
  agent.stream_opened(world.streams.back().first, 26000, now);
  const Message refused = answer();
  EXPECT_EQ(refused.status, 488) << write(refused);
  EXPECT_FALSE(refused.text("Warning").empty());
  EXPECT_TRUE(world.settings.empty()) << "media was not even asked";
  EXPECT_EQ(world.closed_streams.size(), 1U);
}

TEST_F(F101_Forks, NorByALaterOffer) {
  const Message ok = answered();
  receive(join(offer("nearend", "recvonly", ""), "", 102, "INVITE", ok.to_tag()));
  EXPECT_EQ(answer().status, 488);
  EXPECT_TRUE(call().forks.empty());
  EXPECT_EQ(world.settings.size(), 1U) << "media was not even asked";
}

TEST_F(F101_Forks, WhatIsNoForkOfACallOfThisPhoneIsRefusedByItsReason) {
  const std::string good = offer("nearend", "inactive");
  expect_refused(join(good, "nonsense"), 400, "invalid Join");
  expect_refused(join(good, cat(invite.call_id, ";from-tag=a;to-tag=b"), 102), 481, "there is no such call");
  expect_refused(join(offer("", "inactive"), this_call(), 103), 488,
                 "the offer does not say whose sound it wants (a=label)");
  expect_refused(join(offer("everything", "inactive"), this_call(), 104), 488,
                 "the offer does not say whose sound it wants (a=label)");
  expect_refused(join("", this_call(), 105), 488, "the offer does not say whose sound it wants (a=label)");
}

TEST_F(F101_Forks, NoMoreThanARecorderAndAListenerGetIt) {
  for (size_t i = 0; i < ForkList::kMost; ++i) {
    Message made = FakeUserAgentPort::read(join(offer("nearend", "inactive"), this_call(), 101));
    for (HeaderField& field : made.fields) {
      if (field.name == "Call-ID") field.value = cat("record", i, "@cucm1");
      if (field.name == "Via") field.value += cat("x", i);
    }
    receive(write(made));
  }
  EXPECT_EQ(world.streams.size(), 1 + ForkList::kMost);
  while (!world.quiet()) (void)world.next();
  receive(join(offer("nearend", "inactive"), this_call(), 120));
  const Message refused = answer();
  EXPECT_EQ(refused.status, 486);
  EXPECT_EQ(refused.text("Warning"), "399 phone \"too many copies are made already\"");
}

TEST_F(F101_Forks, EndsWithItsCall) {
  const Message ok = answered();
  runs(ok);
  const std::string fork_stream = world.streams.back().first;
  ASSERT_TRUE(agent.hang_up(call().call, now).ok());
  std::vector<std::string> byes;
  for (Message one = world.next(); !one.method.empty(); one = world.next()) {
    if (one.method == "BYE") byes.push_back(one.call_id);
  }
  EXPECT_EQ(byes, (std::vector<std::string>{invite.call_id, "record@cucm1"}));
  EXPECT_NE(std::find(world.closed_streams.begin(), world.closed_streams.end(), fork_stream),
            world.closed_streams.end());
  EXPECT_TRUE(reported("call.fork_ended: the copy of what the user says has ended: the call is over"));
}

TEST_F(F101_Forks, EndsWhenMediaRestartsOrTheConnectionIsLost) {
  const Message ok = answered();
  runs(ok);
  agent.stream_facts("another incarnation", {}, now);
  EXPECT_TRUE(call().forks.empty());
  EXPECT_TRUE(reported("has ended: media has restarted"));
  receive(join(offer("nearend", "recvonly"), "", 104, "INVITE", ok.to_tag()));
  Message last = answer();
  while (last.is_request) last = answer();
  EXPECT_EQ(last.status, 481) << "the dialog is gone";
}

TEST_F(F101_Forks, WhatMediaRefusesIsRefusedWithItsWords) {
  world.media_says = absl::FailedPreconditionError("fork: policy does not allow copies of a call's sound");
  receive(join(offer("nearend", "inactive"), this_call()));
  agent.stream_opened(world.streams.back().first, 26000, now);
  const Message refused = answer();
  EXPECT_EQ(refused.status, 488);
  EXPECT_EQ(refused.text("Warning"), "399 phone \"fork: policy does not allow copies of a call's sound\"");
  EXPECT_EQ(world.closed_streams.size(), 1U);
}

TEST_F(F101_Forks, AnAnswerThatIsNotAcknowledgedEndsIt) {
  receive(join(offer("nearend", "recvonly"), this_call()));
  agent.stream_opened(world.streams.back().first, 26000, now);
  EXPECT_EQ(answer().status, 200);
  EXPECT_EQ(call().forks.size(), 1U);
  int repeated = 0;
  for (int i = 0; i < 40; ++i) {
    now += std::chrono::seconds(1);
    agent.on_time(now);
  }
  bool bye = false;
  for (Message one = world.next(); !one.fields.empty(); one = world.next()) {
    repeated += one.status == 200 && one.call_id == "record@cucm1" ? 1 : 0;
    bye = bye || (one.method == "BYE" && one.call_id == "record@cucm1");
  }
  EXPECT_GT(repeated, 5);
  EXPECT_TRUE(bye);
  EXPECT_TRUE(call().forks.empty());
}

TEST_F(F101_Forks, ACancelledOneIsOver) {
  receive(join(offer("nearend", "inactive"), this_call()));
  receive(join("", "", 101, "CANCEL"));
  std::vector<int> statuses;
  for (Message one = world.next(); one.status != 0; one = world.next()) statuses.push_back(one.status);
  EXPECT_NE(std::find(statuses.begin(), statuses.end(), 487), statuses.end());
  EXPECT_EQ(world.closed_streams.size(), 1U);
}

// Media may have begun to copy before the CANCEL came.
TEST_F(F101_Forks, ACancelledChangeEndsIt) {
  const Message ok = answered();
  world.media_is_asked = [](const StreamSetting&, const CallPort::Done&) {};
  receive(join(offer("nearend", "recvonly"), "", 102, "INVITE", ok.to_tag()));
  receive(join("", "", 102, "CANCEL", ok.to_tag()));
  EXPECT_EQ(world.closed_streams, std::vector<std::string>{world.streams.back().first});
  bool refused = false, bye = false;
  for (Message one = world.next(); !one.fields.empty(); one = world.next()) {
    refused = refused || one.status == 487;
    bye = bye || one.method == "BYE";
  }
  EXPECT_TRUE(refused && bye);
}

TEST_F(F101_Forks, AByeWhileMediaIsAskedAnswersTheInviteToo) {
  const Message ok = answered();
  world.media_is_asked = [](const StreamSetting&, const CallPort::Done&) {};
  receive(join(offer("nearend", "recvonly"), "", 102, "INVITE", ok.to_tag()));
  receive(join("", "", 103, "BYE", ok.to_tag()));
  std::vector<int> statuses;
  for (Message one = world.next(); one.status != 0; one = world.next()) statuses.push_back(one.status);
  EXPECT_NE(std::find(statuses.begin(), statuses.end(), 487), statuses.end());
}

TEST_F(F101_Forks, AreAnnouncedWherePolicyAllowsThem) {
  Settings settings = test_settings(2);  // another list of servers: the phone registers again
  settings.forks_allowed = true;
  FakeUserAgentPort other_world;
  UserAgent other(other_world);
  other.configure(settings, now);
  other.flow_up(other_world.opened.front().first, test_facts(), now);
  EXPECT_NE(other_world.next().field("Supported").value_or("").find("X-cisco-monrec"), std::string::npos);
}

struct ForksWithoutPolicy : F101_Forks {
  void SetUp() override { begin(false); }
};
using F101_ForksWithoutPolicy = ForksWithoutPolicy;

TEST_F(F101_ForksWithoutPolicy, AreRefused) {
  expect_refused(join(offer("nearend", "inactive"), this_call()), 603, "policy does not allow recording or monitoring");
}

TEST_F(F101_Forks, APolicyThatIsTakenBackEndsThem) {
  runs(answered());
  Settings settings = test_settings();
  agent.configure(settings, now);
  EXPECT_TRUE(call().forks.empty());
  EXPECT_TRUE(reported("has ended: policy no longer allows it"));
}

struct ForkRow {
  ForkState from;
  ForkEvent event;
  ForkState to;
};
class ForkTransitions : public testing::TestWithParam<ForkRow> {};
TEST_P(ForkTransitions, AreThese) { EXPECT_EQ(next(GetParam().from, GetParam().event), GetParam().to); }
INSTANTIATE_TEST_SUITE_P(Table, ForkTransitions,
                         testing::Values(ForkRow{ForkState::kOpening, ForkEvent::kOpened, ForkState::kAnswering},
                                         ForkRow{ForkState::kOpening, ForkEvent::kStarted, ForkState::kOpening},
                                         ForkRow{ForkState::kOpening, ForkEvent::kPaused, ForkState::kOpening},
                                         ForkRow{ForkState::kAnswering, ForkEvent::kPaused, ForkState::kQuiet},
                                         ForkRow{ForkState::kAnswering, ForkEvent::kStarted, ForkState::kRunning},
                                         ForkRow{ForkState::kQuiet, ForkEvent::kStarted, ForkState::kRunning},
                                         ForkRow{ForkState::kQuiet, ForkEvent::kOpened, ForkState::kQuiet},
                                         ForkRow{ForkState::kRunning, ForkEvent::kPaused, ForkState::kQuiet},
                                         ForkRow{ForkState::kRunning, ForkEvent::kOver, ForkState::kEnded},
                                         ForkRow{ForkState::kEnded, ForkEvent::kStarted, ForkState::kEnded}));

}  // namespace
}  // namespace phone::signaling
