// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// How a call is found in logs: Session-ID (RFC 7989), the call manager's name of all legs (gci), and Date.
#include "services/signaling/call/call_info.hpp"
#include "services/signaling/sip/date.hpp"
#include "services/signaling/sip/session_id.hpp"
#include "tests/unit/signaling/call/served_calls.hpp"
#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

constexpr char kTheirs[] = "0123456789abcdef0123456789abcdef", kOther[] = "fedcba9876543210fedcba9876543210";
constexpr char kNobody[] = "00000000000000000000000000000000";

struct SessionRow {
  const char* name;
  std::vector<std::string> values;
  std::optional<SessionId> read;
};
class F94_SessionId_Values : public testing::TestWithParam<SessionRow> {};

TEST_P(F94_SessionId_Values, AreReadWholeOrAreAsNone) {
  Message message;
  for (const std::string& value : GetParam().values) message.add("Session-ID", value);
  EXPECT_EQ(read_session_id(message), GetParam().read);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F94_SessionId_Values,
    testing::Values(SessionRow{"None", {}, std::nullopt},
                    SessionRow{"Whole", {cat(kTheirs, ";remote=", kOther)}, SessionId{kTheirs, kOther}},
                    SessionRow{"FirstOfACall", {cat(kTheirs, ";remote=", kNobody)}, SessionId{kTheirs, ""}},
                    SessionRow{"OldForm", {kTheirs}, SessionId{kTheirs, ""}},
                    SessionRow{"MoreParameters", {cat(kTheirs, ";logme;remote=", kOther)}, SessionId{kTheirs, kOther}},
                    SessionRow{"Capitals", {"0123456789ABCDEF0123456789ABCDEF"}, SessionId{kTheirs, ""}},
                    SessionRow{"NullOfTheSender", {cat(kNobody, ";remote=", kOther)}, SessionId{"", kOther}},
                    SessionRow{"TooShort", {"0123"}, std::nullopt},
                    SessionRow{"TooLong", {cat(kTheirs, "0")}, std::nullopt},
                    SessionRow{"NoHex", {"0123456789abcdef0123456789abcdeg"}, std::nullopt},
                    SessionRow{"RemoteIsNone", {cat(kTheirs, ";remote=\r\nX: y")}, std::nullopt},
                    SessionRow{"Two", {kTheirs, kOther}, std::nullopt},
                    SessionRow{"Huge", {cat(kTheirs, ";x=", std::string(60000, 'x'))}, std::nullopt}),
    [](const auto& row) { return row.param.name; });

std::string session_of(const Message& message) { return message.field("Session-ID").value_or(""); }

class F94_SessionId : public ServedCalls {
 protected:
  // The far end names its end in each response from now on.
  void far_end_is(const std::string& uuid) {
    const auto named = [uuid](const Message& request, std::vector<HeaderField> extra, const std::string& body) {
      extra.push_back({"Session-ID", cat(uuid, ";remote=", session_of(request).substr(0, 32))});
      return answer_to(request, 200, std::move(extra), body);
    };
    answers["INVITE"] = [named](const Message& request) -> std::vector<std::string> {
      return {named(request,
                    {{"Contact", "<sip:1002@192.0.2.1:5061;transport=tls>"},
                     {"Call-Info", "<urn:x-cisco-remotecc:callinfo>; security= Encrypted; gci= 1-2029; isVoip"},
                     {"Content-Type", "application/sdp"}},
                    offer())};
    };
    answers["BYE"] = [named](const Message& request) -> std::vector<std::string> { return {named(request, {}, "")}; };
  }
};

TEST_F(F94_SessionId, OfACallerIsOneForTheWholeCallAndTheFarEndsFollows) {
  far_end_is(kTheirs);
  dial();
  const std::string own = session_of(invite).substr(0, 32);
  EXPECT_TRUE(is_session_uuid(own)) << session_of(invite);
  EXPECT_EQ(own[12], '4');
  EXPECT_EQ(session_of(invite), cat(own, ";remote=", kNobody));
  EXPECT_EQ(call().session, (SessionId{own, kTheirs}));
  EXPECT_EQ(call().global_call, "1-2029");
  far_end_is(kOther);
  ASSERT_TRUE(phone.agent.hold(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(session_of(last("INVITE")), cat(own, ";remote=", kTheirs));
  EXPECT_NE(last("INVITE").field("Call-Info").value().find(";gci=1-2029"), std::string::npos);
  EXPECT_EQ(call().session, (SessionId{own, kOther})) << "a transfer: somebody else is there now";
  // A request of the far end in the dialog counts too, and is answered with both.
  const Message answer = hear(of_called("OPTIONS", 7, {{"Session-ID", cat(kTheirs, ";remote=", own)}}));
  EXPECT_EQ(session_of(answer), cat(own, ";remote=", kTheirs));
  EXPECT_EQ(session_of(hear(of_called("INFO", 8, {{"Session-ID", "garbage"}}))), cat(own, ";remote=", kTheirs));
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(session_of(last("BYE")), cat(own, ";remote=", kTheirs));
}

TEST_F(F94_SessionId, OfACalledOneIsInEachResponseAndAnotherOfARefusedCall) {
  const HeaderField theirs{"Session-ID", cat(kTheirs, ";remote=", kNobody)};
  const Message ringing = rings({theirs});
  const std::string own = session_of(ringing).substr(0, 32);
  EXPECT_EQ(session_of(ringing), cat(own, ";remote=", kTheirs));
  ASSERT_TRUE(phone.agent.answer(call().call, phone.now).ok());
  const Message ok = FakeUserAgentPort::read(phone.world.sent.back().second);
  ASSERT_EQ(ok.status, 200);
  EXPECT_EQ(session_of(ok), session_of(ringing));
  // No line of this phone has that name: there is no call, and the response has a UUID all the same.
  Message stray = incoming("INVITE", {theirs}, "stray");
  stray.uri = "sip:nobody@192.0.2.99:40000";
  const Message refused = said_last(stray);
  EXPECT_EQ(refused.status, 404);
  EXPECT_TRUE(is_session_uuid(session_of(refused).substr(0, 32)));
  EXPECT_EQ(session_of(refused).substr(32), cat(";remote=", kTheirs));
  EXPECT_NE(session_of(refused).substr(0, 32), own);
  Message silent = incoming("INVITE", {}, "silent");
  silent.uri = "sip:nobody@192.0.2.99:40000";
  EXPECT_EQ(session_of(said_last(silent)), "") << "its sender does not speak it";
}

TEST_F(F94_SessionId, StaysWithTheUserWhenACallTakesThePlaceOfAnother) {
  far_end_is(kTheirs);
  dial();
  const std::string own = call().session.local;
  const size_t streams = phone.world.streams.size();
  hear(incoming("INVITE",
                {{"Replaces", cat(invite.call_id, ";to-tag=", invite.from_tag(), ";from-tag=server-tag")},
                 {"Session-ID", cat(kOther, ";remote=", kNobody)}},
                "new"));
  ASSERT_GT(phone.world.streams.size(), streams);
  phone.agent.stream_opened(phone.world.streams.back().first, 24020, phone.now);
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(last_call().session, (SessionId{own, kOther}));
}

TEST_F(F94_SessionId, OutlivesTheProcess) {
  far_end_is(kTheirs);
  dial();
  const SessionId session = call().session;
  const auto calls = parse_record(phone.world.record);
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].dialog.session, session);
  EXPECT_EQ(calls[0].global_call, "1-2029");
  EXPECT_EQ(parse_record(cat(phone.world.record, "session zzz\nglobal_call a%20b\n"))[0].dialog.session, session);
}

struct GlobalRow {
  const char* name;
  std::string value;
  bool taken;
};
class F94_GlobalCall_Values : public testing::TestWithParam<GlobalRow> {};

TEST_P(F94_GlobalCall_Values, AreBounded) {
  Message message;
  message.add("Call-Info", cat("<urn:x-cisco-remotecc:callinfo>; gci= ", GetParam().value, "; isVoip"));
  EXPECT_EQ(read_call_info(message).value().global_call, GetParam().taken ? GetParam().value : "");
}

INSTANTIATE_TEST_SUITE_P(Rows, F94_GlobalCall_Values,
                         testing::Values(GlobalRow{"Cucm", "1-2029", true},
                                         GlobalRow{"Longest", std::string(64, '7'), true},
                                         GlobalRow{"TooLong", std::string(65, '7'), false},
                                         GlobalRow{"Injects", "1\"x", false}, GlobalRow{"Empty", "", false}),
                         [](const auto& row) { return row.param.name; });

using F94_GlobalCall = ControlledPhone;

TEST_F(F94_GlobalCall, OfACallThatTheCallManagerOrdersIsInItsInvite) {
  const auto order = [&](const std::string& name) {
    const Message refer = outside("REFER",
                                  {{"Refer-To", "cid:1@cucm1"},
                                   {"Require", "norefersub"},
                                   {"Content-Type", "application/x-cisco-remotecc-request+xml"}},
                                  cat("<x-cisco-remotecc-request><initiatecallreq><dialstring>1005</dialstring>",
                                      "<linenumber>1</linenumber><globalcallid>", name,
                                      "</globalcallid></initiatecallreq></x-cisco-remotecc-request>"));
    EXPECT_EQ(said_to(refer).status, 202);
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    EXPECT_TRUE(phone.settle());
    return invites.back().field("Call-Info").value_or("");
  };
  EXPECT_NE(order("1-77").find(";gci=1-77"), std::string::npos);
  EXPECT_EQ(order("1 77").find("gci"), std::string::npos) << "not sent back";
}

TEST(F94_Date, IsWrittenAndReadInOneFormAndWithinReason) {
  const WallTime time = std::chrono::system_clock::from_time_t(1289690940);
  EXPECT_EQ(write_date(time), "Sat, 13 Nov 2010 23:29:00 GMT");
  EXPECT_EQ(read_date("Sat, 13 Nov 2010 23:29:00 GMT"), time);
  EXPECT_EQ(read_date(write_date(time + std::chrono::hours(24 * 365 * 16))), time + std::chrono::hours(24 * 365 * 16));
  for (const char* none : {"", "Sat, 13 Nov 2010 23:29:00", "2010-11-13T23:29:00Z", "Sat, 13 Nov 1969 23:29:00 GMT",
                           "Sat, 13 Nov 9999 23:29:00 GMT", "Sat, 31 Feb 2010 23:29:00 GMT"}) {
    EXPECT_EQ(read_date(none), std::nullopt) << none;
  }
  EXPECT_EQ(read_date(std::string(100000, ' ') + "Sat, 13 Nov 2010 23:29:00 GMT "), time);
}

class F94_Clock : public testing::Test {
 protected:
  std::vector<std::string> serve(const Message& request) {
    requests.push_back(request);
    return {answer_to(request, 200, {{"Expires", "120"}, {"Date", date}})};
  }
  void start(bool tls) {
    phone.world.wall_time = std::chrono::system_clock::from_time_t(1289690900);
    Settings settings = test_settings();
    settings.targets[0].tls = tls;
    phone.agent.configure(settings, phone.now);
    ASSERT_TRUE(phone.settle());
  }
  std::string date = "Sat, 13 Nov 2010 23:29:00 GMT";
  std::vector<Message> requests;
  ServedPhone phone{[this](FlowId, const Message& request) { return serve(request); }};
};

TEST_F(F94_Clock, RequestsHaveOursAndTheCallManagersIsComparedOverTls) {
  start(true);
  EXPECT_EQ(requests.front().field("Date"), "Sat, 13 Nov 2010 23:28:20 GMT");
  EXPECT_EQ(phone.agent.view().registrations[0].clock_difference, std::chrono::seconds(40));
  EXPECT_EQ(phone.agent.view().registrations[0].transport, "TLS");
  const auto told = [&] {
    return std::count(phone.world.reports.begin(), phone.world.reports.end(),
                      "registration.clock: the clock of cucm1 is 40 s ahead of this phone's");
  };
  EXPECT_EQ(told(), 1);
  ASSERT_TRUE(phone.pass(std::chrono::seconds(300)));
  EXPECT_EQ(told(), 1) << "once";
}

TEST_F(F94_Clock, AServerThatHasNotProvedWhoItIsIsNotBelieved) {
  start(false);
  EXPECT_EQ(phone.agent.view().registrations[0].clock_difference, std::nullopt);
  EXPECT_EQ(phone.agent.view().registrations[0].transport, "TCP");
}

}  // namespace
}  // namespace phone::signaling
