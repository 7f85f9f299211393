// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Session timers (RFC 4028) in both roles, and a far end that has vanished without one.
#include "services/signaling/call/session_timer.hpp"

#include "tests/unit/signaling/call/served_calls.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// RFC 4028 section 9, table 2, and who gives up when.
struct AgreeRow {
  const char* name;
  std::string asked;     // Session-Expires; empty: none
  bool supported;        // the far end's request has Supported: timer
  std::string agreed;    // Session-Expires of the response
  std::string required;  // Require of the response
  Refresher refresher;
};

class SessionTimerAgrees : public testing::TestWithParam<AgreeRow> {};

TEST_P(SessionTimerAgrees, AsTheTableOfTheRfcSays) {
  const AgreeRow& row = GetParam();
  Message request, response;
  if (!row.asked.empty()) request.add("Session-Expires", row.asked);
  if (row.supported) request.add("Supported", "100rel, Timer");
  SessionTimer timer;
  timer.agree(request, response, TimePoint{});
  EXPECT_EQ(response.field("Session-Expires").value_or(""), row.agreed);
  EXPECT_EQ(response.field("Require").value_or(""), row.required);
  EXPECT_EQ(timer.refresher(), row.refresher);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SessionTimerAgrees,
    testing::Values(AgreeRow{"None", "", true, "", "", Refresher::kNone},
                    AgreeRow{"NotOurs", "1800", false, "1800;refresher=uas", "", Refresher::kUs},
                    AgreeRow{"Free", "1800", true, "1800;refresher=uac", "timer", Refresher::kThem},
                    AgreeRow{"Theirs", "1800;refresher=uac", true, "1800;refresher=uac", "timer", Refresher::kThem},
                    AgreeRow{"Ours", "600 ;Refresher=UAS", true, "600;refresher=uas", "timer", Refresher::kUs},
                    AgreeRow{"Nonsense", "soon", true, "", "", Refresher::kNone},
                    AgreeRow{"TooLong", "4294967296", true, "86400;refresher=uac", "timer", Refresher::kThem}),
    [](const auto& row) { return row.param.name; });

class F94_SessionTimer : public ServedCalls {
 protected:
  void answered_with(std::vector<HeaderField> extra) {
    answers["INVITE"] = [extra](const Message& request) {
      Message response = FakeUserAgentPort::read(far_answer(request));
      for (const HeaderField& field : extra) response.fields.push_back(field);
      return std::vector{write(response)};
    };
  }
};

TEST_F(F94_SessionTimer, TheInviteAsksForCucmsInterval) {
  dial();
  EXPECT_EQ(invite.field("Session-Expires"), "1800");
  EXPECT_NE(invite.field("Supported").value_or("").find("timer"), std::string::npos);
}

TEST_F(F94_SessionTimer, A422IsAnsweredWithTheIntervalThatTheServerWants) {
  answers["INVITE"] = [](const Message& request) {
    if (request.field("Session-Expires") == "1800") return std::vector{answer_to(request, 422, {{"Min-SE", "3600"}})};
    return std::vector{far_answer(request)};
  };
  dial();
  EXPECT_EQ(invite.field("Session-Expires"), "3600");
  EXPECT_EQ(invite.field("Min-SE"), "3600");
  EXPECT_EQ(requests.end()[-2].call_id, invite.call_id);
  EXPECT_GT(invite.cseq, requests.end()[-2].cseq);
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F94_SessionTimer, AServerThatAlwaysWantsMoreIsNotFollowed) {
  int least = 1800;
  answers["INVITE"] = [&](const Message& request) {
    return std::vector{answer_to(request, 422, {{"Min-SE", cat(++least)}})};
  };
  dial();
  EXPECT_EQ(count("INVITE"), 3u);
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().sip_status, 422u);
}

TEST_F(F94_SessionTimer, ThePhoneRefreshesAtHalfTimeWithoutTouchingMedia) {
  answered_with({{"Session-Expires", "600;refresher=uac"}});
  answers["UPDATE"] = [](const Message& request) {
    return std::vector{answer_to(request, 200, {{"Session-Expires", "600;refresher=uac"}})};
  };
  dial();
  media_hears(1);
  const size_t orders = phone.world.settings.size();
  for (int i = 0; i < 299; ++i) ASSERT_TRUE((media_hears(2 + static_cast<uint64_t>(i)), phone.pass(seconds(1))));
  EXPECT_EQ(count("UPDATE"), 0u);
  ASSERT_TRUE(phone.pass(seconds(2)));
  ASSERT_EQ(count("UPDATE"), 1u);
  EXPECT_EQ(last("UPDATE").field("Session-Expires"), "600;refresher=uac");
  EXPECT_EQ(last("UPDATE").body, "");
  EXPECT_EQ(phone.world.settings.size(), orders);
  ASSERT_TRUE(phone.pass(minutes(30)));
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F94_SessionTimer, WithoutUpdateARefreshRepeatsTheSameOffer) {
  answers["INVITE"] = [](const Message& request) {
    Message response = FakeUserAgentPort::read(far_answer(request));
    std::erase_if(response.fields, [](const HeaderField& one) { return one.name == "Allow"; });
    response.add("Session-Expires", "600;refresher=uac");
    return std::vector{write(response)};
  };
  dial();
  ASSERT_TRUE(phone.pass(seconds(301)));
  ASSERT_EQ(count("INVITE"), 2u);
  const std::string offered = last("INVITE").body;
  EXPECT_FALSE(offered.empty());
  ASSERT_TRUE(phone.pass(seconds(300)));
  ASSERT_EQ(count("INVITE"), 3u);
  EXPECT_EQ(last("INVITE").body, offered);
  EXPECT_EQ(last("INVITE").field("Session-Expires"), "600;refresher=uac");
}

TEST_F(F94_SessionTimer, APeerThatTakesNoUpdateAfterAllGetsAReinvite) {
  answered_with({{"Session-Expires", "600;refresher=uac"}});
  answers["UPDATE"] = [](const Message& request) { return std::vector{answer_to(request, 405)}; };
  dial();
  ASSERT_TRUE(phone.pass(seconds(301)));
  EXPECT_EQ(count("UPDATE"), 1u);
  EXPECT_EQ(count("INVITE"), 2u);
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F94_SessionTimer, AFarEndThatDoesNotRefreshIsGone) {
  answered_with({{"Session-Expires", "600;refresher=uas"}});
  dial();
  ASSERT_TRUE(phone.pass(seconds(567)));
  EXPECT_EQ(call().state, CallState::kEstablished);
  ASSERT_TRUE(phone.pass(seconds(2)));
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "the far end no longer refreshes the session");
  EXPECT_EQ(count("BYE"), 1u);
}

TEST_F(F94_SessionTimer, AFarEndThatRefreshesStays) {
  answered_with({{"Session-Expires", "600;refresher=uas"}});
  dial();
  for (uint32_t i = 0; i < 8; ++i) {
    ASSERT_TRUE(phone.pass(minutes(5)));
    const Message answer =
        hear(of_called("UPDATE", 200 + i, {{"Session-Expires", "600;refresher=uac"}, {"Supported", "timer"}}));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("Session-Expires"), "600;refresher=uac");
    EXPECT_EQ(answer.field("Require"), "timer");
  }
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F94_SessionTimer, ATooShortIntervalIsRefusedWithTheShortestTaken) {
  const Message refused = hear(incoming("INVITE", {{"Session-Expires", "89"}, {"Supported", "timer"}}));
  ASSERT_EQ(said.back().status, 422);
  EXPECT_EQ(said.back().field("Min-SE"), "90");
  EXPECT_EQ(rings({{"Session-Expires", "90"}, {"Supported", "timer"}}, "next").status, 180);
}

TEST_F(F94_SessionTimer, TheCalledPhoneAnswersWithTheIntervalAndWaits) {
  rings({{"Session-Expires", "300"}, {"Supported", "timer"}});
  ASSERT_TRUE(phone.agent.answer(last_call().call, phone.now).ok());
  const Message answer = FakeUserAgentPort::read(phone.world.sent.back().second);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Session-Expires"), "300;refresher=uac");
  hear(of_caller("ACK", 1));
  ASSERT_TRUE(phone.pass(seconds(267)));
  EXPECT_EQ(last_call().state, CallState::kEstablished);
  ASSERT_TRUE(phone.pass(seconds(2)));
  EXPECT_EQ(last_call().ended_by, "the far end no longer refreshes the session");
}

// Without a session timer.
struct ProbeRow {
  const char* name;
  int status;  // to OPTIONS; 0: silence
  bool stays;
};

class F94_Vanished : public F94_SessionTimer, public testing::WithParamInterface<ProbeRow> {};

TEST_P(F94_Vanished, SilenceAndOptionsDecide) {
  dial();
  media_hears(100);
  ASSERT_TRUE(phone.pass(seconds(29)));
  EXPECT_EQ(count("OPTIONS"), 0u);
  answers["OPTIONS"] = [&](const Message& request) {
    return GetParam().status == 0 ? std::vector<std::string>{} : std::vector{answer_to(request, GetParam().status)};
  };
  ASSERT_TRUE(phone.pass(seconds(35)));
  EXPECT_EQ(count("OPTIONS"), 1u);
  ASSERT_TRUE(phone.pass(seconds(30)));
  EXPECT_EQ(call().state == CallState::kEstablished, GetParam().stays) << call().ended_by;
}

INSTANTIATE_TEST_SUITE_P(Rows, F94_Vanished,
                         testing::Values(ProbeRow{"Answered", 200, true}, ProbeRow{"NotServed", 501, true},
                                         ProbeRow{"Busy", 486, true}, ProbeRow{"Unknown", 481, false},
                                         ProbeRow{"NotFound", 404, false}, ProbeRow{"Silent", 0, false}),
                         [](const auto& row) { return row.param.name; });

TEST_F(F94_SessionTimer, WhoIsHeardIsNotAsked) {
  dial();
  for (uint64_t i = 0; i < 120; ++i) {
    media_hears(50 * i);
    ASSERT_TRUE(phone.pass(seconds(1)));
  }
  EXPECT_EQ(count("OPTIONS"), 0u);
}

}  // namespace
}  // namespace phone::signaling
