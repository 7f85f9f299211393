// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager tells of conferences, shared lines, watched numbers and requests: each document, or why not.
#include <gtest/gtest.h>

#include "services/signaling/feature/conference_menu.hpp"
#include "services/signaling/feature/dialog_info.hpp"
#include "services/signaling/feature/presence_info.hpp"
#include "services/signaling/feature/softkey_message.hpp"
#include "services/signaling/sip/refusal_words.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

TEST(F52_ConferenceMenu, NamesWhoIsMutedAndWhoTalks) {
  const auto menu = read_conference_menu(
      "<CiscoIPPhoneMenu><Title>x</Title><MenuItem><Name>- Ann</Name><URL>UserCallData:1:0:7:0:11</URL></MenuItem>"
      "<MenuItem><Name>+ Bob</Name><URL>UserCallData:1:0:7:0:12</URL></MenuItem>"
      "<MenuItem><Name>Bob again</Name><URL>UserCallData:1:0:7:0:12</URL></MenuItem>"
      "<MenuItem><Name>nobody</Name><URL>Dial:12</URL></MenuItem>"
      "<SoftKeyItem><Name>Remove</Name><URL>UserCallDataSoftKey:Select:1:0:7:0:Remove</URL></SoftKeyItem>"
      "</CiscoIPPhoneMenu>");
  ASSERT_TRUE(menu.ok()) << menu.status();
  EXPECT_EQ(*menu, (std::vector<Participant>{{.id = "11", .name = "Ann", .muted = true},
                                             {.id = "12", .name = "Bob", .talking = true}}));
  EXPECT_FALSE(read_conference_menu("<CiscoIPPhoneText/>").ok());
  EXPECT_FALSE(read_conference_menu("<CiscoIPPhoneMenu>").ok());
  EXPECT_FALSE(read_conference_menu(std::string(kLargestMenu + 1, 'x')).ok());
  std::string many = "<CiscoIPPhoneMenu>";
  for (int i = 0; i < 5000; ++i) many += "<a/>";
  EXPECT_FALSE(read_conference_menu(many + "</CiscoIPPhoneMenu>").ok());
}

TEST(F94_DialogInfo, SharedAndParkedCallsAreReadWhateverThePrefixes) {
  const auto info = read_dialog_info(
      "<d:dialog-info xmlns:d=\"urn:ietf:parmams:xml:ns:dialog-info\" version=\"3\" state=\"partial\">"
      "<d:dialog id=\"d1\" call-id=\"c@x\" local-tag=\"l\" remote-tag=\"r\" direction=\"initiator\">"
      "<d:state>Confirmed</d:state><d:local><d:target><d:param pname=\"+sip.rendering\" pvalue=\"no\"/></d:target>"
      "</d:local><d:remote><d:identity display=\"Ann\">sip:1005@x</d:identity></d:remote></d:dialog>"
      "<d:dialog id=\"71\"><d:state>confirmed</d:state><call:park><call:event>Parked</call:event></call:park>"
      "</d:dialog></d:dialog-info>");
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_FALSE(info->full);
  ASSERT_EQ(info->dialogs.size(), 2U);
  const DialogInfo::Dialog& one = info->dialogs[0];
  EXPECT_EQ(one.id, "d1");
  EXPECT_EQ(one.state, "confirmed");
  EXPECT_EQ(one.call_id, "c@x");
  EXPECT_EQ(one.local_tag, "l");
  EXPECT_EQ(one.remote_tag, "r");
  EXPECT_TRUE(one.initiator);
  EXPECT_TRUE(one.held);
  EXPECT_FALSE(one.private_call);
  EXPECT_EQ(one.remote_number, "1005");
  EXPECT_EQ(one.remote_name, "Ann");
  EXPECT_FALSE(one.parked.has_value());
  EXPECT_EQ(info->dialogs[1].parked, "parked");
}

TEST(F94_DialogInfo, WhatIsWrongIsNamed) {
  const auto why = [](const std::string& xml) { return std::string(read_dialog_info(xml).status().message()); };
  EXPECT_EQ(why("<presence/>"), "the document is not a dialog-info");
  EXPECT_EQ(why("<dialog-info><dialog><state>early</state></dialog></dialog-info>"), "a dialog has no id");
  EXPECT_EQ(why("<dialog-info><dialog id=\"1\"><state>odd</state></dialog></dialog-info>"),
            "the state of a dialog is unknown");
  EXPECT_EQ(why("<!DOCTYPE a><dialog-info/>"), "the document declares a type of its own");
  std::string many = "<dialog-info>";
  for (int i = 0; i < 17; ++i) many += cat("<dialog id=\"", i, "\"><state>early</state></dialog>");
  EXPECT_EQ(why(many + "</dialog-info>"), "the document has too many dialogs");
}

TEST(F94_Presence, ARowForEachState) {
  const auto state = [](const std::string& activity, const std::string& basic) {
    return read_presence(cat("<presence xmlns:dm=\"a\" xmlns:e=\"b\" xmlns:ce=\"c\"><dm:person><e:activities>",
                             activity, "</e:activities></dm:person><tuple id=\"1\"><status><basic>", basic,
                             "</basic></status></tuple></presence>"));
  };
  EXPECT_EQ(*state("", "open"), WatchedState::kIdle);
  EXPECT_EQ(*state("<ce:alerting/>", "open"), WatchedState::kAlerting);
  EXPECT_EQ(*state("<e:on-the-phone/>", "open"), WatchedState::kInUse);
  EXPECT_EQ(*state("<ce:dnd/>", "open"), WatchedState::kDoNotDisturb);
  EXPECT_EQ(*state("<e:on-the-phone/><ce:alerting/>", "open"), WatchedState::kAlerting);
  EXPECT_EQ(*state("<ce:dnd/><e:on-the-phone/>", "open"), WatchedState::kDoNotDisturb);
  EXPECT_EQ(*state("<ce:alerting/>", "closed"), WatchedState::kUnknown);
  EXPECT_FALSE(state("", "perhaps").ok());
  EXPECT_FALSE(read_presence("<dialog-info/>").ok());
}

TEST(F52_RemoteResponse, HasItsCodeAndReason) {
  const auto response = read_remote_response(
      "<x-cisco-remotecc-response><response><code>500</code><reason>\x80\x27</reason></response>"
      "</x-cisco-remotecc-response>");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->code, 500U);
  EXPECT_EQ(response->reason, "No Conference Bridge");
  EXPECT_FALSE(read_remote_response("<x-cisco-remotecc-response/>").ok());
  EXPECT_FALSE(read_remote_response("<x-cisco-remotecc-response><response><code>x</code></response>"
                                    "</x-cisco-remotecc-response>")
                   .ok());
}

TEST(F52_SoftkeyEvent, NamesBothCallsAndEscapesThem) {
  const std::string event =
      write_softkey_event({.name = "Conference",
                           .dialog = {.call_id = "a<b@x", .local_tag = "l1", .remote_tag = "r1"},
                           .consultation = {.call_id = "c@x", .local_tag = "l2", .remote_tag = ""},
                           .line = 2});
  EXPECT_NE(event.find("<softkeyevent>Conference</softkeyevent>"), std::string::npos);
  EXPECT_NE(event.find("<dialogid>\n<callid>a&lt;b@x</callid>\n<localtag>l1</localtag>\n<remotetag>r1</remotetag>"),
            std::string::npos)
      << event;
  EXPECT_NE(event.find("<consultdialogid>\n<callid>c@x</callid>"), std::string::npos);
  EXPECT_NE(event.find("<linenumber>2</linenumber>"), std::string::npos);
}

// F53, F88: wherever the words are, they are shown, once.
TEST(F53_RefusalWords_Table, AreShownWhereverTheyCome) {
  const auto words = [](std::string phrase, std::vector<HeaderField> fields) {
    Message response;
    response.status = 403;
    response.phrase = std::move(phrase);
    response.fields = std::move(fields);
    return refusal_words(response);
  };
  const std::string text = "Does not meet Security Level, call rejected";
  EXPECT_EQ(words(text, {}), cat("403 ", text));
  EXPECT_EQ(words("Forbidden", {{"Warning", cat("399 cucm \"", text, "\"")}}), cat("403 Forbidden (", text, ")"));
  EXPECT_EQ(words("Forbidden", {{"Reason", cat("Q.850;cause=21;text=\"", text, "\"")}}),
            cat("403 Forbidden (", text, ")"));
  EXPECT_EQ(words("Forbidden",
                  {{"Warning", cat("399 cucm \"", text, "\"")}, {"Reason", cat("Q.850;cause=21;text=\"", text, "\"")}}),
            cat("403 Forbidden (", text, ")"))
      << "once";
  EXPECT_EQ(words("Decline", {{"Warning", "399 cucm \"\x80\x44\""}}), "403 Decline (Failed to setup Barge)");
  EXPECT_EQ(words("", {}), "403");
  EXPECT_LT(words("x", {{"Warning", cat("399 c \"", std::string(5000, 'w'), "\"")}}).size(), 200U);
}

}  // namespace
}  // namespace phone::signaling
