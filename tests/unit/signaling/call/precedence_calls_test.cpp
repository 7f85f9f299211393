// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F77: a call of higher precedence takes the place of a lower one, never of an equal or a higher one; both ends are
// told why, the user hears it. F74: sound is marked by it.
#include <gtest/gtest.h>

#include "services/signaling/sip/precedence.hpp"
#include "tests/unit/signaling/call/hold_fixture.hpp"

namespace phone::signaling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class F77_Calls : public F89_OneActiveCall {
 protected:
  void SetUp() override { start(with_precedence()); }
  static Settings with_precedence(size_t max_calls = 1) {
    Settings settings = test_settings();
    settings.mlpp_domain = "000000";
    settings.mlpp_indication = settings.mlpp_preemption = true;
    settings.dscp_media = 46;
    settings.dscp_precedence = {1, 2, 3, 4, 5};
    settings.lines[0].max_calls = settings.lines[0].busy_trigger = max_calls;
    return settings;
  }
  // The answer to an INVITE of that Resource-Priority; without one of none.
  Message comes(int number, const std::string& priority, std::vector<HeaderField> extra = {},
                const std::string& body = far_sdp("AEAD_AES_256_GCM", 1)) {
    Message message;
    message.is_request = true;
    message.method = "INVITE";
    message.uri = "sip:2222@192.0.2.99:40000";
    message.add("Via", cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKin", number));
    message.add("From", cat("<sip:", number, "@cucm1>;tag=far", number)).add("To", "<sip:2222@cucm1>");
    message.add("Call-ID", cat("in", number, "@cucm1")).add("CSeq", "101 INVITE").add("Max-Forwards", "70");
    message.add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>");
    if (!priority.empty()) message.add("Resource-Priority", priority);
    for (HeaderField& field : extra) message.fields.push_back(field);
    message.add("Content-Type", "application/sdp");
    message.body = body;
    invite_ = message;
    receive(write(message));
    Message first = world.next();
    while (first.status == 100) first = world.next();
    return first;
  }
  Message media_opens() {
    agent.stream_opened(world.streams.back().first, static_cast<uint16_t>(24000 + 2 * world.streams.size()), now);
    return world.next();
  }
  // A call of that precedence is up.
  Message talking(const std::string& priority = "") {
    EXPECT_TRUE(comes(1003, priority).method.empty());
    EXPECT_EQ(media_opens().status, 180);
    const Message invite = invite_;
    EXPECT_TRUE(agent.answer(agent.view().calls.back().call, now).ok());
    EXPECT_EQ(world.next().status, 200);
    Message ack = invite;
    ack.method = "ACK";
    ack.fields.clear();
    ack.add("Via", "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKack").add("From", invite.field("From").value());
    ack.add("To", cat("<sip:2222@cucm1>;tag=", to_tag())).add("Call-ID", "in1003@cucm1").add("CSeq", "101 ACK");
    ack.add("Max-Forwards", "70");
    ack.body.clear();
    receive(write(ack));
    EXPECT_EQ(agent.view().calls.back().state, CallState::kEstablished);
    return invite;
  }
  std::string to_tag() const {
    for (auto one = world.sent.rbegin(); one != world.sent.rend(); ++one) {
      const Message message = FakeUserAgentPort::read(one->second);
      if (message.status == 200 && message.cseq_method == "INVITE") return message.to_tag();
    }
    return "";
  }
  void wait(milliseconds time) {
    const TimePoint until = now + time;
    while (agent.deadline().has_value() && *agent.deadline() <= until) {
      ASSERT_GT(*agent.deadline() + milliseconds(1), now);
      now = std::max(now + milliseconds(1), *agent.deadline());
      agent.on_time(now);
    }
    now = until;
  }
  Message invite_;
};

TEST_F(F77_Calls, ADialledOneSaysItsPrecedence) {
  const char* kValues[] = {"", "dsn-000000.0", "dsn-000000.2", "dsn-000000.4", "dsn-000000.6", "dsn-000000.8"};
  for (int level = 1; level <= 5; ++level) {
    const auto dialled = agent.dial({.number = "1002", .precedence = static_cast<Precedence>(level)}, now);
    ASSERT_TRUE(dialled.ok()) << dialled.status();
    EXPECT_EQ(dialled->precedence, static_cast<Precedence>(level));
    agent.stream_opened(world.streams.back().first, 24000, now);
    const Message invite = world.next();
    EXPECT_EQ(invite.field("Resource-Priority"), kValues[level]);
    EXPECT_NE(invite.field("Supported").value().find("resource-priority"), std::string::npos);
    receive(answer_to(invite, 180));
    EXPECT_EQ(world.tones.back(), level == 1 ? Tone::kRingback : Tone::kPrecedenceRingback);
    receive(answer_to(invite, 486));
    EXPECT_EQ(world.next().method, "ACK");
  }
  ASSERT_TRUE(agent.dial("1002", now).ok());
  agent.stream_opened(world.streams.back().first, 24000, now);
  EXPECT_EQ(world.next().field("Resource-Priority"), std::nullopt) << "the call manager decides";
}

TEST_F(F77_Calls, WhatMayNotBeDialledIsRefusedByName) {
  EXPECT_EQ(agent.dial({.number = "1002", .precedence = Precedence::kExecutiveOverride}, now).status().code(),
            absl::StatusCode::kInvalidArgument);
  agent.configure(test_settings(), now);
  const auto refused = agent.dial({.number = "1002", .precedence = Precedence::kFlash}, now);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.status().message().find("mlppDomainId"), std::string::npos);
}

TEST_F(F77_Calls, TheCallManagersPrecedenceCounts) {
  ASSERT_TRUE(agent.dial("91002", now).ok());
  agent.stream_opened(world.streams.back().first, 24000, now);
  const Message invite = world.next();
  receive(answer_to(invite, 180, {{"Resource-Priority", "dsn-000000.4"}}));
  EXPECT_EQ(call().precedence, Precedence::kImmediate) << "digits that were dialled before the number";
  EXPECT_EQ(world.tones.back(), Tone::kPrecedenceRingback);
}

struct Preempted {
  const char *name, *lower, *higher;
  bool taken;
};
class F77_Preemption_Table : public F77_Calls, public ::testing::WithParamInterface<Preempted> {};
INSTANTIATE_TEST_SUITE_P(Levels, F77_Preemption_Table,
                         ::testing::Values(Preempted{"PriorityOverNone", "", "dsn-000000.2", true},
                                           Preempted{"FlashOverRoutine", "dsn-000000.0", "dsn-000000.6", true},
                                           Preempted{"FlashOverImmediate", "dsn-000000.4", "dsn.flash", true},
                                           Preempted{"OverrideOverFlash", "drsn.flash", "uc-000000.8", true},
                                           Preempted{"ExecutiveOverOverride", "dsn-000000.8", "dsn-000000.9", true},
                                           Preempted{"FlashNotOverFlash", "dsn-000000.6", "dsn.flash", false},
                                           Preempted{"ImmediateNotOverFlash", "dsn-000000.6", "dsn-000000.4", false},
                                           Preempted{"RoutineNotOverNone", "", "dsn-000000.0", false},
                                           Preempted{"NoneNotOverNone", "", "", false},
                                           Preempted{"NotByAnotherDomain", "", "dsn-000001.8", false},
                                           Preempted{"NotByAQueue", "", "ets.0", false}),
                         [](const auto& row) { return row.param.name; });

TEST_P(F77_Preemption_Table, HigherTakesThePlaceOfLowerAndOfNothingElse) {
  talking(GetParam().lower);
  const std::string old = agent.view().calls.back().call;
  const Message said = comes(1004, GetParam().higher);
  if (!GetParam().taken) {
    EXPECT_EQ(said.status, 486);
    EXPECT_EQ(view(0).state, CallState::kEstablished);
    return;
  }
  EXPECT_EQ(said.method, "BYE");
  EXPECT_EQ(said.call_id, "in1003@cucm1");
  EXPECT_EQ(said.field("Reason"), "preemption ;cause=1 ;text=\"UA Preemption\"");
  EXPECT_EQ(view(0).state, CallState::kEnded);
  EXPECT_NE(view(0).ended_by.find("preempted by a call of precedence"), std::string::npos) << view(0).ended_by;
  EXPECT_EQ(world.tones.back(), Tone::kPreemption);
  EXPECT_EQ(media_opens().status, 180);
  EXPECT_EQ(world.tones.back(), Tone::kPreemption) << "for three seconds nothing else is heard";
  wait(milliseconds(2900));
  EXPECT_EQ(world.tones.back(), Tone::kPreemption);
  wait(milliseconds(200));
  EXPECT_EQ(world.tones.back(), Tone::kPrecedenceRinging);
  ASSERT_TRUE(agent.answer(view(1).call, now).ok());
}

TEST_F(F77_Calls, WithoutPreemptionInTheConfigurationNothingIsEnded) {
  Settings settings = with_precedence();
  settings.mlpp_preemption = false;
  agent.configure(settings, now);
  talking("dsn-000000.0");
  EXPECT_EQ(comes(1004, "dsn-000000.8").status, 486);
  EXPECT_EQ(view(0).state, CallState::kEstablished);
}

TEST_F(F77_Calls, WhileAnAppearanceIsFreeNobodyIsEnded) {
  agent.configure(with_precedence(2), now);
  talking("dsn-000000.0");
  EXPECT_TRUE(comes(1004, "dsn-000000.8").method.empty());
  EXPECT_EQ(media_opens().status, 180);
  EXPECT_EQ(view(0).state, CallState::kEstablished);
  EXPECT_EQ(world.tones.back(), Tone::kCallWaiting);
}

// Else anybody could clear the phone with calls that cannot be taken.
TEST_F(F77_Calls, OneThatIsRefusedEndsNobody) {
  agent.configure(with_precedence(), now);
  talking();
  const std::string clear =
      "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
  EXPECT_EQ(comes(1004, "dsn-000000.8", {}, clear).status, 486);
  EXPECT_EQ(comes(1005, "dsn-000000.8", {}, "no description").status, 400);
  EXPECT_EQ(comes(1006, "dsn-000000.8", {{"Supported", "timer"}, {"Session-Expires", "30"}}).status, 422);
  EXPECT_EQ(agent.view().calls.front().state, CallState::kEstablished);
}

TEST_F(F77_Calls, TheUserAcknowledgesByHangingUp) {
  ASSERT_FALSE(agent.set_hook(true, now).call.has_value());
  talking("");
  EXPECT_EQ(comes(1004, "dsn-000000.6").method, "BYE");
  EXPECT_EQ(media_opens().status, 180);
  EXPECT_EQ(world.tones.back(), Tone::kPreemption);
  agent.set_hook(false, now);
  EXPECT_EQ(world.tones.back(), Tone::kPrecedenceRinging) << "at once";
}

TEST_F(F77_Calls, OneThatRingsIsRefusedAsPreempted) {
  EXPECT_TRUE(comes(1003, "dsn-000000.0").method.empty());
  EXPECT_EQ(media_opens().status, 180);
  const Message refused = comes(1004, "dsn-000000.2");
  EXPECT_EQ(refused.status, 486);
  EXPECT_EQ(refused.call_id, "in1003@cucm1");
  EXPECT_EQ(refused.field("Reason"), "preemption ;cause=1 ;text=\"UA Preemption\"");
  EXPECT_EQ(media_opens().status, 180);
}

TEST_F(F77_Calls, OneThatIsDialledIsCancelledAsPreempted) {
  ASSERT_TRUE(agent.dial("1002", now).ok());
  agent.stream_opened(world.streams.back().first, 24000, now);
  const Message invite = world.next();
  receive(answer_to(invite, 180));
  const Message cancel = comes(1004, "dsn-000000.6");
  EXPECT_EQ(cancel.method, "CANCEL");
  EXPECT_EQ(cancel.field("Reason"), "preemption ;cause=1 ;text=\"UA Preemption\"");
  EXPECT_EQ(view(0).state, CallState::kEnded);
  EXPECT_EQ(media_opens().status, 180);
}

TEST_F(F77_Calls, AnEmergencyCallIsNeverPreempted) {
  Settings settings = with_precedence();
  settings.emergency_numbers = {"112"};
  agent.configure(settings, now);
  ASSERT_TRUE(agent.dial("112", now).ok());
  agent.stream_opened(world.streams.back().first, 24000, now);
  EXPECT_EQ(world.next().method, "INVITE");
  EXPECT_EQ(comes(1004, "dsn-000000.9").status, 486);
}

TEST_F(F77_Calls, TheNetworkPreemptsByBye) {
  const Message invite = talking("dsn-000000.0");
  Message bye = invite;
  bye.method = "BYE";
  bye.fields.clear();
  bye.add("Via", "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKbye").add("From", invite.field("From").value());
  bye.add("To", cat("<sip:2222@cucm1>;tag=", to_tag())).add("Call-ID", "in1003@cucm1").add("CSeq", "102 BYE");
  bye.add("Max-Forwards", "70").add("Reason", "preemption ;cause=5");
  bye.body.clear();
  receive(write(bye));
  EXPECT_EQ(world.next().status, 200);
  EXPECT_EQ(view(0).ended_by, "preempted by a call of higher precedence (Network Preemption)");
  EXPECT_EQ(world.tones.back(), Tone::kPreemption);
  wait(seconds(31));
  EXPECT_EQ(world.tones.back(), Tone::kNone) << "not for ever";
}

TEST_F(F77_Calls, AnUnknownNamespaceThatIsRequiredIs417) {
  const HeaderField required{"Require", "resource-priority"};
  const Message refused = comes(1004, "xyz-000000.6", {required});
  EXPECT_EQ(refused.status, 417);
  EXPECT_NE(refused.field("Accept-Resource-Priority").value_or("").find("dsn-000000.8"), std::string::npos);
  EXPECT_EQ(comes(1005, "dsn-000000.66", {required}).status, 417);
  EXPECT_EQ(comes(1006, "", {required}).status, 417) << "nothing is said";
  EXPECT_TRUE(comes(1007, "xyz.6, dsn.flash", {required}).method.empty()) << "one of them is known";
  EXPECT_EQ(media_opens().status, 180);
  EXPECT_EQ(agent.view().calls.back().precedence, Precedence::kFlash);
  EXPECT_EQ(comes(1008, "dsn.flash", {{"Require", "another-extension"}}).status, 420);
}

TEST_F(F77_Calls, RingsAsItIsAskedTo) {
  EXPECT_TRUE(comes(1003, "", {{"Alert-Info", "<file://Precedence-Ring/>"}}).method.empty());
  const Message ringing = media_opens();
  EXPECT_EQ(ringing.field("Resource-Priority"), std::nullopt);
  EXPECT_EQ(world.tones.back(), Tone::kPrecedenceRinging);
}

TEST_F(F77_Calls, ItsResponsesKeepThePrecedenceOfTheDialog) {
  EXPECT_TRUE(comes(1003, "drsn.flash").method.empty());
  EXPECT_EQ(media_opens().field("Resource-Priority"), "dsn-000000.6");
  ASSERT_TRUE(agent.answer(agent.view().calls.back().call, now).ok());
  EXPECT_EQ(world.next().field("Resource-Priority"), "dsn-000000.6");
}

TEST_F(F77_Calls, NoStreamIsNoBandwidth) {
  EXPECT_TRUE(comes(1003, "dsn-000000.2").method.empty());
  agent.stream_refused(world.streams.back().first, "no stream is free", now);
  const Message refused = world.next();
  EXPECT_EQ(refused.status, 488);
  EXPECT_EQ(refused.field("Warning").value_or("").substr(0, 3), "370");
}

TEST_F(F77_Calls, RefusalsAreSaidInWords) {
  struct Refusal {
    int status;
    HeaderField extra;
    const char* words;
  };
  for (const Refusal& one :
       {Refusal{417, {"Accept-Resource-Priority", "dsn-000000.0"}, "does not know the precedence of this call"},
        Refusal{420, {"Unsupported", "resource-priority"}, "does not serve resource-priority"},
        Refusal{488, {"Warning", "370 cucm \"Insufficient Bandwidth\""}, "not enough bandwidth"},
        Refusal{486, {"Reason", "preemption;cause=1"}, "preempted by a call of higher precedence"}}) {
    ASSERT_TRUE(agent.dial({.number = "1002", .precedence = Precedence::kPriority}, now).ok());
    agent.stream_opened(world.streams.back().first, 24000, now);
    receive(answer_to(world.next(), one.status, {one.extra}));
    EXPECT_EQ(world.next().method, "ACK");
    EXPECT_NE(agent.view().calls.back().ended_by.find(one.words), std::string::npos)
        << agent.view().calls.back().ended_by;
  }
}

using F74_Marks = F77_Calls;

TEST_F(F74_Marks, SoundIsMarkedByPrecedence) {
  const struct {
    const char* priority;
    uint32_t dscp;
  } kRows[] = {{"", 46},
               {"dsn-000000.0", 46},
               {"dsn-000000.2", 1},
               {"dsn-000000.4", 2},
               {"dsn-000000.6", 3},
               {"dsn-000000.8", 4},
               {"dsn-000000.9", 5}};
  int number = 1010;
  for (const auto& row : kRows) {
    EXPECT_TRUE(comes(++number, row.priority).method.empty());
    EXPECT_EQ(media_opens().status, 180);
    ASSERT_TRUE(agent.answer(agent.view().calls.back().call, now).ok());
    EXPECT_EQ(world.next().status, 200);
    EXPECT_EQ(world.settings.back().dscp, row.dscp) << row.priority;
    ASSERT_TRUE(agent.hang_up(agent.view().calls.back().call, now).ok());
    while (!world.quiet()) (void)world.next();
  }
}

TEST_F(F77_Calls, ARestartForgetsNoPrecedence) {
  talking("dsn-000000.6");
  FakeUserAgentPort after;
  UserAgent next(after);
  next.configure(with_precedence(), now);
  next.restore(world.record, {}, now);
  EXPECT_EQ(next.view().calls.at(0).precedence, Precedence::kFlash);
}

TEST_F(F77_Calls, AnOwnOneEndsALowerOneWhenNoAppearanceIsFree) {
  talking();
  const auto dial = [&](Precedence precedence) {
    return agent.dial({.number = "1002", .precedence = precedence}, now);
  };
  EXPECT_EQ(dial(Precedence::kNone).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(dial(Precedence::kRoutine).status().code(), absl::StatusCode::kResourceExhausted) << "an equal one";
  ASSERT_TRUE(dial(Precedence::kFlash).ok());
  const Message bye = world.next();
  EXPECT_EQ(bye.method, "BYE");
  EXPECT_EQ(bye.field("Reason"), "preemption ;cause=1 ;text=\"UA Preemption\"");
  EXPECT_EQ(agent.view().calls[0].ended_by, "preempted by a call of precedence flash");
  agent.stream_opened(world.streams.back().first, 24100, now);
  EXPECT_EQ(world.next().field("Resource-Priority"), "dsn-000000.6");
  EXPECT_NE(world.tones.back(), Tone::kPreemption) << "the user has dialled and hears that call";
}

TEST_F(F77_Calls, AnOwnOneEndsNothingWherePreemptionIsOffAndNeverAnEmergencyCall) {
  Settings off = with_precedence();
  off.mlpp_preemption = false;
  agent.configure(off, now);
  talking();
  EXPECT_EQ(agent.dial({.number = "1002", .precedence = Precedence::kFlash}, now).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(agent.view().calls[0].state, CallState::kEstablished);
}

TEST_F(F77_Calls, AnExecutiveOverrideEndsAnotherOnlyWhereTheConfigurationSaysSo) {
  talking("dsn-000000.9");
  EXPECT_EQ(comes(1004, "dsn-000000.9").status, 486);
  Settings preemptable = with_precedence();
  preemptable.executive_override_preemptable = true;
  agent.configure(preemptable, now);
  EXPECT_EQ(comes(1005, "dsn-000000.8").status, 486) << "a lower one never";
  EXPECT_EQ(comes(1006, "dsn-000000.9").method, "BYE");
}

}  // namespace
}  // namespace phone::signaling
