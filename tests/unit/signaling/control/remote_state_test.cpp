// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What requests of the call manager do to a registered phone: its lamps, texts, tones, calls (cucm-calls.md 1.3, 2, 4,
// 6).
#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F94_RemoteState_Table : public ControlledPhone {
 protected:
  static std::string document(const std::string& inside) {
    return cat("<x-cisco-remotecc-request>", inside, "</x-cisco-remotecc-request>");
  }
  Message refer(const std::string& body, const std::string& type = "application/x-cisco-remotecc-request+xml") {
    return outside("REFER", {{"Require", "norefersub"}, {"Refer-To", "cid:1@cucm1"}, {"Content-Type", type}}, body);
  }
  int ask(const std::string& inside) { return said_to(refer(document(inside))).status; }
  RemoteView view() { return phone.agent.view().remote; }
  std::string dialog_of_call() const {
    const Message& invite = invites.back();
    return cat("<dialogid><callid>", invite.call_id, "</callid><localtag>", invite.from_tag(),
               "</localtag><remotetag>server-tag</remotetag></dialogid>");
  }
  Message incoming() {
    Message invite = outside("INVITE", {}, "");
    for (HeaderField& field : invite.fields) {
      if (field.name == "From") field.value = "<sip:1002@cucm1>;tag=caller";
    }
    return invite;
  }
};

TEST_F(F94_RemoteState_Table, LampsCountsAndForwardsAreOfTheirLines) {
  EXPECT_EQ(ask("<bulkupdate><contact line=\"2\"><mwi>yes</mwi><emwi><voice-msg new=\"2\" old=\"1\"/></emwi>"
                "<cfwdallupdate><fwdaddress>1005</fwdaddress><tovoicemail>off</tovoicemail></cfwdallupdate></contact>"
                "</bulkupdate>"),
            202);
  ASSERT_EQ(view().lines.size(), 2U);
  EXPECT_EQ(view().lines[0], RemoteLine{});
  EXPECT_EQ(view().lines[1], (RemoteLine{.messages = true,
                                         .mailbox = {.fresh = 2, .old = 1},
                                         .forward = {.number = "1005", .to_voicemail = false}}));
  EXPECT_EQ(ask("<cfwdallupdate><linenumber>2</linenumber><fwdaddress/></cfwdallupdate>"), 202);
  EXPECT_FALSE(view().lines[1].forward.active());
  EXPECT_EQ(ask("<bulkupdate><contact all=\"true\"><mwi>yes</mwi></contact></bulkupdate>"), 202);
  EXPECT_TRUE(view().lines[0].messages);
  // A foreign line changes nothing and is told.
  EXPECT_EQ(ask("<bulkupdate><contact line=\"7\"><mwi>no</mwi></contact></bulkupdate>"), 202);
  EXPECT_TRUE(view().lines[0].messages);
  EXPECT_TRUE(reported(
      "control.not_done: the call manager asks for what was not done: bulkupdate: the phone has no such line"));
}

TEST_F(F94_RemoteState_Table, MessageSummaryIsOfTheLineThatItsRequestUriNames) {
  Message notify =
      outside("NOTIFY", {{"Event", "message-summary"}, {"Content-Type", "application/simple-message-summary"}},
              "Messages-Waiting: yes\r\nVoice-Message: 3/4 (0/0)\r\n");
  notify.uri = "sip:second@192.0.2.99:40000;transport=tls";
  EXPECT_EQ(said_to(notify).status, 200);
  EXPECT_FALSE(view().lines[0].messages);
  EXPECT_EQ(view().lines[1].mailbox, (Mailbox{.fresh = 3, .old = 4}));
  Message bad = outside("NOTIFY", {{"Event", "message-summary"}, {"Content-Type", "text/plain"}}, "Messages: yes");
  const Message answer = said_to(bad);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text("Warning"), "399 phone \"Bad MWI NOTIFY: Messages-Waiting is missing\"");
  Message standby =
      outside("NOTIFY", {{"Event", "message-summary"}, {"Content-Type", "text/plain"}}, "Messages-Waiting: no");
  EXPECT_EQ(said_to(standby, phone.world.opened.at(1).first).status, 403);
  EXPECT_TRUE(view().lines[1].messages);
}

TEST_F(F94_RemoteState_Table, SeveralPartsAreReadBeforeTheFirstIsDone) {
  const std::string good = cat("--b\r\nContent-Type: application/x-cisco-remotecc-request+xml\r\n\r\n",
                               document("<hlogupdate><status>on</status></hlogupdate>"), "\r\n");
  const std::string check = cat("--b\r\nContent-Type: text/plain\r\n\r\n", check_version("{7}"), "\r\n");
  const std::string bad = "--b\r\nContent-Type: application/x-cisco-remotecc-request+xml\r\n\r\n<x\r\n";
  const std::string end = "--b--\r\n";
  Message answer = said_to(refer(cat(good, bad, end), "multipart/mixed;boundary=b"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text("Warning"), "399 phone \"the document is not XML\"");
  EXPECT_FALSE(view().hunt_group);
  answer = said_to(refer(cat(good, good, good, good, good, good, good, end), "multipart/mixed;boundary=b"));
  EXPECT_EQ(answer.text("Warning"), "399 phone \"more than six parts\"");
  EXPECT_FALSE(view().hunt_group);
  EXPECT_EQ(said_to(refer(cat(good, check, end), "multipart/mixed;boundary=b")).status, 202);
  EXPECT_TRUE(view().hunt_group);
  EXPECT_TRUE(phone.world.fetches.empty());
  EXPECT_EQ(said_to(refer(cat("--b\r\nContent-Type: text/plain\r\n\r\n", check_version("{8}"), "\r\n", end),
                          "multipart/mixed;boundary=b"))
                .status,
            202);
  EXPECT_EQ(phone.world.fetches.size(), 1U);
}

TEST_F(F94_RemoteState_Table, AStandbyServerAsksInVain) {
  const Message answer =
      said_to(refer(document("<hlogupdate><status>on</status></hlogupdate>")), phone.world.opened.at(1).first);
  EXPECT_EQ(answer.status, 403);
  EXPECT_FALSE(view().hunt_group);
  EXPECT_TRUE(reported("control.refused: a REFER of the call manager was answered 403"));
}

TEST_F(F94_RemoteState_Table, TextIsShownForItsTimeAndUntilAnotherTakesItsPlace) {
  EXPECT_EQ(ask("<statuslineupdatereq><statustext>For ever</statustext></statuslineupdatereq>"), 202);
  EXPECT_EQ(ask("<statuslineupdatereq><statustext>Ten seconds</statustext><displaytimeout>10</displaytimeout>"
                "<linenumber>2</linenumber></statuslineupdatereq>"),
            202);
  EXPECT_EQ(view().texts, (std::vector<ShownText>{{0, "For ever"}, {2, "Ten seconds"}}));
  EXPECT_TRUE(phone.pass(seconds(9)));
  EXPECT_EQ(view().texts.size(), 2U);
  EXPECT_TRUE(phone.pass(seconds(2)));
  EXPECT_EQ(view().texts, (std::vector<ShownText>{{0, "For ever"}}));
  EXPECT_EQ(ask("<statuslineupdatereq><statustext/></statuslineupdatereq>"), 202);
  EXPECT_TRUE(view().texts.empty());
  EXPECT_EQ(ask(cat("<statuslineupdatereq><dialogid><callid>foreign</callid></dialogid><statustext>x</statustext>"
                    "</statuslineupdatereq>")),
            202);
  EXPECT_TRUE(view().texts.empty());
  EXPECT_TRUE(reported("statuslineupdatereq: the phone has no such call"));
}

TEST_F(F94_RemoteState_Table, DoNotDisturbKeepsCallsFromRingingOrFromComing) {
  EXPECT_EQ(ask("<dndupdate><state>enable</state><option>ringeroff</option></dndupdate>"), 202);
  EXPECT_EQ(view().do_not_disturb, DoNotDisturb::kSilent);
  phone.world.tones.clear();
  const Message silent = incoming();
  said_to(silent);
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  ASSERT_TRUE(phone.settle());
  EXPECT_EQ(phone.agent.view().calls.back().state, CallState::kRingingIn);
  EXPECT_EQ(std::count(phone.world.tones.begin(), phone.world.tones.end(), Tone::kRinging), 0);
  EXPECT_EQ(ask("<dndupdate><state>disable</state></dndupdate>"), 202);
  EXPECT_EQ(std::count(phone.world.tones.begin(), phone.world.tones.end(), Tone::kRinging), 1);
  EXPECT_EQ(ask("<dndupdate><state>enable</state><option>callreject</option></dndupdate>"), 202);
  const Message answer = said_to(incoming());
  EXPECT_EQ(answer.status, 486);
  EXPECT_EQ(answer.phrase, "Do Not Disturb");
}

TEST_F(F94_RemoteState_Table, CallsAreHeldAndResumedByTheirDialogOnly) {
  call();
  phone.world.forget();
  EXPECT_EQ(ask("<holdreq><dialogid><callid>foreign</callid><localtag>1</localtag></dialogid></holdreq>"), 202);
  EXPECT_TRUE(reported("holdreq: the phone has no such call"));
  EXPECT_EQ(phone.agent.view().calls.back().hold, HoldState::kNone);
  EXPECT_EQ(ask(cat("<holdreq>", dialog_of_call(), "</holdreq>")), 202);
  EXPECT_NE(phone.agent.view().calls.back().hold, HoldState::kNone);
  EXPECT_EQ(ask(cat("<holdretrievereq>", dialog_of_call(), "</holdretrievereq>")), 202);
  EXPECT_TRUE(phone.pass(seconds(1)));
  EXPECT_EQ(phone.agent.view().calls.back().hold, HoldState::kNone);
}

TEST_F(F94_RemoteState_Table, CallsArePlacedAndAnswered) {
  EXPECT_EQ(ask("<initiatecallreq><dialstring>1005</dialstring><linenumber>2</linenumber></initiatecallreq>"), 202);
  ASSERT_EQ(phone.agent.view().calls.size(), 1U);
  EXPECT_EQ(phone.agent.view().calls[0].line, 2U);
  EXPECT_TRUE(
      reported("control.microphone: the call manager has placed a call on this phone: the microphone is in use"));
  EXPECT_EQ(phone.world.tones.back(), Tone::kZipZip);
  EXPECT_EQ(ask("<initiatecallreq><dialstring>1 0;</dialstring></initiatecallreq>"), 202);
  EXPECT_TRUE(reported("control.not_done: the call manager asks for what was not done: initiatecallreq: "));
  ASSERT_TRUE(phone.agent.hang_up(phone.agent.view().calls[0].call, phone.now).ok());
  const Message invite = incoming();
  const size_t from = phone.world.sent.size();
  said_to(invite);
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  ASSERT_TRUE(phone.settle());
  std::string tag;
  for (size_t i = from; i < phone.world.sent.size(); ++i) {
    const Message sent = FakeUserAgentPort::read(phone.world.sent[i].second);
    if (sent.status == 180) tag = sent.to_tag();
  }
  EXPECT_EQ(ask(cat("<answercallreq><dialogid><callid>", invite.field("Call-ID").value_or(""), "</callid><localtag>",
                    tag, "</localtag><remotetag>caller</remotetag></dialogid></answercallreq>")),
            202);
  EXPECT_EQ(phone.agent.view().calls.back().state, CallState::kEstablished);
  EXPECT_EQ(phone.world.devices.back(), AutoAnswer::kSpeaker);
  EXPECT_TRUE(reported("control.microphone: the call manager has answered a call on this phone"));
  EXPECT_NE(std::find(phone.world.tones.rbegin(), phone.world.tones.rbegin() + 3, Tone::kZipZip),
            phone.world.tones.rbegin() + 3);
}

TEST_F(F94_RemoteState_Table, TonesArePlayedAndStoppedButNotOverARingingPhone) {
  EXPECT_EQ(ask("<playtonereq><tonetype>DtZipZip</tonetype><direction>user</direction></playtonereq>"), 202);
  EXPECT_EQ(phone.world.tones.back(), Tone::kZipZip);
  EXPECT_EQ(ask("<stoptone><tonetype>DtZipZip</tonetype></stoptone>"), 202);
  EXPECT_EQ(phone.world.tones.back(), Tone::kNone);
  const size_t played = phone.world.tones.size();
  EXPECT_EQ(ask("<stoptone/>"), 202);
  EXPECT_EQ(ask("<playtonereq><tonetype>DtMusicTone</tonetype></playtonereq>"), 202);
  EXPECT_TRUE(reported("playtonereq: the tone DtMusicTone is not known"));
  EXPECT_EQ(ask("<playtonereq><tonetype>DtZipZip</tonetype><direction>net</direction></playtonereq>"), 202);
  EXPECT_TRUE(reported("playtonereq: this phone plays no tone to the far end"));
  EXPECT_EQ(phone.world.tones.size(), played);
  said_to(incoming());
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  EXPECT_EQ(ask("<playtonereq><tonetype>DtReorderTone</tonetype></playtonereq>"), 202);
  EXPECT_EQ(phone.world.tones.back(), Tone::kRinging);
  EXPECT_TRUE(reported("playtonereq: a call rings"));
}

TEST_F(F94_RemoteState_Table, PagesAreDataAndPutTogether) {
  const auto part = [](const std::string& sequence, const std::string& xml) {
    return cat("--b\r\nContent-Type: application/x-cisco-remotecc-request+xml\r\n\r\n",
               document(cat("<datapassthroughreq><applicationid>1</applicationid><stationsequence>", sequence,
                            "</stationsequence><confid>7</confid></datapassthroughreq>")),
               "\r\n--b\r\nContent-Type: application/x-cisco-remotecc-cm+xml\r\n\r\n", xml, "\r\n--b--\r\n");
  };
  const std::string type = "multipart/mixed;boundary=b";
  EXPECT_EQ(said_to(refer(part("StationSequenceFirst", "<CiscoIPPhoneMenu>"), type)).status, 202);
  EXPECT_FALSE(view().page.has_value());
  EXPECT_EQ(said_to(refer(part("StationSequenceLast", "</CiscoIPPhoneMenu>"), type)).status, 202);
  ASSERT_TRUE(view().page.has_value());
  EXPECT_EQ(view().page->xml, "<CiscoIPPhoneMenu></CiscoIPPhoneMenu>");
  EXPECT_EQ(view().page->conference, 7U);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(said_to(refer(part("StationSequenceMore", std::string(8000, 'x')), type)).status, 202);
  EXPECT_TRUE(reported("datapassthroughreq: the page is too large"));
}

TEST_F(F94_RemoteState_Table, AnUnknownRequestIsAcceptedAndToldAndTheRestIsDone) {
  EXPECT_EQ(ask("<coachreq/><hlogupdate><status>on</status></hlogupdate><optionsind/>"), 202);
  EXPECT_TRUE(reported(
      "control.not_done: the call manager asks for what was not done: a request: this phone does not know coachreq"));
  EXPECT_TRUE(view().hunt_group);
}

TEST_F(F94_RemoteState_Table, BulkRegisterRenewsTheRegistration) {
  EXPECT_EQ(ask("<bulkregister/>"), 202);
  ASSERT_EQ(registers.size(), 2U);
  EXPECT_EQ(registers[1].call_id, registers[0].call_id);
}

TEST_F(F94_RemoteState_Table, ASubscriberIsToldWhetherItWasDone) {
  for (const auto& [inside, status] : {std::pair("<hlogupdate><status>on</status></hlogupdate>", "SIP/2.0 200 OK\r\n"),
                                       {"<coachreq/>", "SIP/2.0 603 Decline\r\n"}}) {
    Message request =
        outside("REFER", {{"Refer-To", "cid:1@cucm1"}, {"Content-Type", "application/x-cisco-remotecc-request+xml"}},
                document(inside));
    const size_t from = phone.world.sent.size();
    EXPECT_EQ(said_to(request).status, 202);
    std::string told;
    for (size_t i = from; i < phone.world.sent.size(); ++i) {
      const Message sent = FakeUserAgentPort::read(phone.world.sent[i].second);
      if (sent.method == "NOTIFY" && sent.is_request) told = sent.body;
    }
    EXPECT_EQ(told, status);
  }
}

TEST_F(F94_RemoteState_Table, AReferOfAnotherKindIsRefused) {
  const Message call_for_others = outside("REFER", {{"Refer-To", "<sip:1005@cucm1>"}}, "");
  EXPECT_EQ(said_to(call_for_others).status, 603);
}

}  // namespace
}  // namespace phone::signaling
