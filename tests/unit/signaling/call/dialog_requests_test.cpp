// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What is announced is served, and what is not served is refused as its RFC says; routes of a dialog (RFC 3261 section
// 12.2.1.1).
#include "services/signaling/sip/capabilities.hpp"
#include "tests/unit/signaling/call/served_calls.hpp"

namespace phone::signaling {
namespace {

using Fields = std::vector<HeaderField>;

struct RequestRow {
  const char* name;
  const char* method;
  Fields extra;
  const char* body;
  int inside;   // a dialog
  int outside;  // any
};

class F94_Requests : public ServedCalls, public testing::WithParamInterface<RequestRow> {};

const char* const kRefer = "application/x-cisco-remotecc-request+xml";

TEST_P(F94_Requests, AreAnsweredInAndOutOfADialog) {
  const RequestRow& row = GetParam();
  Message outside = incoming(row.method, row.extra, "out");
  outside.body = row.body;
  EXPECT_EQ(hear(outside).status, row.outside) << "outside";
  dial();
  ASSERT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(hear(of_called(row.method, 200, row.extra, row.body)).status, row.inside) << "inside";
  EXPECT_EQ(call().state, CallState::kEstablished);
  for (const Message& one : said) EXPECT_FALSE(one.to_tag().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F94_Requests,
    testing::Values(
        RequestRow{"Options", "OPTIONS", {}, "", 200, 200}, RequestRow{"Info", "INFO", {}, "", 200, 481},
        RequestRow{"InfoOfAPackage", "INFO", {{"Info-Package", "x-unlisted"}}, "", 469, 481},
        RequestRow{"InfoWithDigits", "INFO", {{"Content-Type", "application/dtmf-relay"}}, "Signal=5", 415, 481},
        RequestRow{"NotifyUnknown", "NOTIFY", {{"Event", "x-unknown"}}, "", 489, 489},
        RequestRow{"NotifyNone", "NOTIFY", {}, "", 489, 489},
        RequestRow{"NotifyNotAskedFor", "NOTIFY", {{"Event", "refer;id=9"}}, "", 481, 481},
        RequestRow{"SubscribeUnknown", "SUBSCRIBE", {{"Event", "presence"}}, "", 489, 489},
        RequestRow{"ReferRemotecc",
                   "REFER",
                   {{"Refer-To", "cid:1@cucm1"}, {"Require", "norefersub"}, {"Content-Type", kRefer}},
                   "<x-cisco-remotecc-request><playtonereq><tonetype>DtZipZip</tonetype></playtonereq></"
                   "x-cisco-remotecc-request>",
                   202,
                   202},
        RequestRow{"ReferToSomebody", "REFER", {{"Refer-To", "<sip:1009@cucm1>"}}, "", 603, 603},
        RequestRow{"ReferToNobody", "REFER", {}, "", 400, 400},
        RequestRow{"PrackForNothing", "PRACK", {{"RAck", "1 1 INVITE"}}, "", 481, 481},
        RequestRow{"Update", "UPDATE", {}, "", 200, 481}, RequestRow{"Message", "MESSAGE", {}, "", 405, 405},
        RequestRow{"Publish", "PUBLISH", {}, "", 405, 405}, RequestRow{"Register", "REGISTER", {}, "", 405, 405},
        RequestRow{"NeverHeardOf", "DANCE", {}, "", 501, 501},
        RequestRow{"Required", "OPTIONS", {{"Require", "sec-agree, timer"}}, "", 420, 420}),
    [](const auto& row) { return row.param.name; });

using F94_Capabilities = ServedCalls;

TEST_F(F94_Capabilities, OptionsTellsThem) {
  const Message answer = hear(incoming("OPTIONS"));
  EXPECT_EQ(answer.field("Allow"), std::string(allowed_methods()));
  EXPECT_EQ(answer.field("Supported"), supported_list());
  EXPECT_EQ(answer.field("Allow-Events"), allowed_events(false));
  EXPECT_NE(answer.field("Accept").value_or("").find("application/sdp"), std::string::npos);
  for (const std::string& method : list_items(answer, "Allow")) EXPECT_TRUE(serves_method(method)) << method;
  dial();
  EXPECT_EQ(hear(of_called("OPTIONS", 200)).field("Allow"), std::string(allowed_methods()));
}

TEST_F(F94_Capabilities, OptionsIsAnsweredAsAnInviteWouldBe) {
  for (int i = 0; i < 6; ++i) rings({}, cat("in", i));
  EXPECT_EQ(hear(incoming("OPTIONS", {}, "o")).status, 486);
}

TEST_F(F94_Capabilities, ARefusedMethodIsToldWhatIsServed) {
  const Message answer = hear(incoming("MESSAGE"));
  EXPECT_EQ(answer.field("Allow"), std::string(allowed_methods()));
  EXPECT_EQ(hear(incoming("OPTIONS", {{"Require", "foo, timer, bar"}}, "o")).field("Unsupported"), "foo, bar");
  EXPECT_EQ(hear(incoming("SUBSCRIBE", {{"Event", "presence"}}, "s")).field("Allow-Events"), allowed_events(false));
}

// Everything that Supported names in words of RFCs may be required.
TEST_F(F94_Capabilities, WhatIsSupportedMayBeRequired) {
  Message supported;
  supported.add("Supported", supported_list());
  size_t options = 0;
  for (const std::string& one : list_items(supported, "Supported")) {
    if (one.starts_with("X-cisco")) continue;
    ++options;
    EXPECT_EQ(hear(incoming("OPTIONS", {{"Require", one}}, one)).status, 200) << one;
  }
  EXPECT_GE(options, 4u);
}

// Who waits for the outcome of a REFER is told at once that nothing was done.
TEST_F(F94_Capabilities, AReferWithoutNorefersubIsNotified) {
  const Fields refer{{"Refer-To", "cid:1@cucm1"}, {"Content-Type", kRefer}};
  hear(incoming("REFER", refer, "out"));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].status, 202);
  EXPECT_EQ(said[1].method, "NOTIFY");
  EXPECT_EQ(said[1].uri, "sip:1003@192.0.2.1:5061;transport=tls");
  EXPECT_EQ(said[1].from_tag(), said[0].to_tag());
  EXPECT_EQ(said[1].to_tag(), "caller");
  EXPECT_EQ(said[1].field("Subscription-State"), "terminated;reason=noresource");
  EXPECT_EQ(said[1].body, "SIP/2.0 603 Decline\r\n");
  dial();
  hear(of_called("REFER", 200, refer));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[1].call_id, invite.call_id);
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  EXPECT_GT(last("BYE").cseq, said[1].cseq);
  Fields silent = refer;
  silent.push_back({"Refer-Sub", "false"});
  hear(incoming("REFER", silent, "silent"));
  EXPECT_EQ(said.size(), 1u);
}

struct RouteRow {
  const char* name;
  std::vector<std::string> recorded;  // as they stand in the 200
  std::string uri;
  std::vector<std::string> routes;
};

class F94_Routes : public ServedCalls, public testing::WithParamInterface<RouteRow> {};

TEST_P(F94_Routes, OfADialogAreFollowed) {
  const RouteRow& row = GetParam();
  answers["INVITE"] = [&](const Message& request) {
    Message early = make_response(request, 180, "", "server-tag");
    early.add("Record-Route", "<sip:only-early;lr>");
    Message response = FakeUserAgentPort::read(far_answer(request));
    for (const std::string& one : row.recorded) response.add("Record-Route", one);
    return std::vector{write(early), write(response)};
  };
  dial();
  ASSERT_EQ(call().state, CallState::kEstablished);
  ASSERT_TRUE(phone.agent.hang_up(call().call, phone.now).ok());
  ASSERT_TRUE(phone.settle());
  Message ack;
  for (const auto& [flow, bytes] : phone.world.sent) {
    if (bytes.starts_with("ACK ")) ack = FakeUserAgentPort::read(bytes);
  }
  for (const Message& one : {ack, last("BYE")}) {
    EXPECT_EQ(one.uri, row.uri);
    EXPECT_EQ(one.fields_named("Route"), row.routes);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F94_Routes,
    testing::Values(
        RouteRow{"None", {}, "sip:1002@192.0.2.1:5061;transport=tls", {}},
        RouteRow{
            "Loose", {"<sip:b;lr>, <sip:a;lr>"}, "sip:1002@192.0.2.1:5061;transport=tls", {"<sip:a;lr>", "<sip:b;lr>"}},
        RouteRow{"Strict",
                 {"<sip:b;lr>", "\"A; lr\" <sip:a;x=y>"},
                 "sip:a;x=y",
                 {"<sip:b;lr>", "<sip:1002@192.0.2.1:5061;transport=tls>"}},
        RouteRow{"LooseBehindAQuotedBracket",
                 {"\"A <sip:x> \\\" \" <sip:a;lr>"},
                 "sip:1002@192.0.2.1:5061;transport=tls",
                 {"\"A <sip:x> \\\" \" <sip:a;lr>"}},
        RouteRow{"StrictAlone", {"<sip:a>;lr"}, "sip:a", {"<sip:1002@192.0.2.1:5061;transport=tls>"}},
        RouteRow{"LooseByAnyCase", {"<sip:a;LR=on>"}, "sip:1002@192.0.2.1:5061;transport=tls", {"<sip:a;LR=on>"}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace phone::signaling
