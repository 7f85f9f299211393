// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Documents of remotecc, row by row: what is read, and what is refused with its reason (cucm-calls.md 1.3).
#include "services/signaling/control/remote_requests.hpp"

#include <gtest/gtest.h>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

std::string document(const std::string& inside) {
  return cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x-cisco-remotecc-request>\n", inside,
             "\n</x-cisco-remotecc-request>\n");
}

template <class Request>
Request only(const std::string& inside) {
  const auto read = read_remote_requests(document(inside));
  EXPECT_TRUE(read.ok()) << read.status();
  const bool one = read.ok() && read->size() == 1 && std::holds_alternative<Request>(read->front());
  EXPECT_TRUE(one) << inside;
  return one ? std::get<Request>(read->front()) : Request{};
}

constexpr char kDialog[] =
    "<dialogid><callid>1@phone</callid><localtag>us</localtag><remotetag>them</remotetag></dialogid>";

TEST(F94_RemoteRequests_Table, ABulkUpdateSpeaksOfLinesTheirMailboxesAndForwards) {
  const auto bulk = only<BulkUpdate>(
      "<bulkupdate><contact line=\" 1\"><mwi>yes</mwi><emwi><voice-msg new=\"2\" old=\"3\"></voice-msg></emwi>"
      "<cfwdallupdate><fwdaddress>1005</fwdaddress><tovoicemail>off</tovoicemail></cfwdallupdate></contact>"
      "<contact all=\"true\"><mwi>no</mwi></contact></bulkupdate>");
  ASSERT_EQ(bulk.lines.size(), 2U);
  EXPECT_EQ(bulk.lines[0].line, 1U);
  EXPECT_EQ(bulk.lines[0].messages, true);
  EXPECT_EQ(bulk.lines[0].mailbox, (Mailbox{.fresh = 2, .old = 3}));
  EXPECT_EQ(bulk.lines[0].forward, (Forward{.number = "1005", .to_voicemail = false}));
  EXPECT_EQ(bulk.lines[1].line, 0U);
  EXPECT_EQ(bulk.lines[1].messages, false);
  EXPECT_FALSE(bulk.lines[1].forward.has_value());
}

TEST(F94_RemoteRequests_Table, EachRequestIsReadAsWhatItIs) {
  const auto forward = only<BulkUpdate>(
      "<cfwdallupdate><linenumber>2</linenumber><fwdaddress></fwdaddress><tovoicemail>on</tovoicemail></"
      "cfwdallupdate>");
  ASSERT_EQ(forward.lines.size(), 1U);
  EXPECT_EQ(forward.lines[0].line, 2U);
  EXPECT_TRUE(forward.lines[0].forward->active());
  EXPECT_EQ(only<DoNotDisturbUpdate>("<dndupdate><state>enable</state><option>callreject</option></dndupdate>").state,
            DoNotDisturb::kReject);
  EXPECT_EQ(only<DoNotDisturbUpdate>("<dndupdate><state>enable</state><option>ringeroff</option></dndupdate>").state,
            DoNotDisturb::kSilent);
  EXPECT_EQ(only<DoNotDisturbUpdate>("<dndupdate><state>disable</state></dndupdate>").state, DoNotDisturb::kOff);
  EXPECT_TRUE(only<HuntGroupUpdate>("<hlogupdate><status>on</status></hlogupdate>").logged_in);
  EXPECT_TRUE(only<PrivacyUpdate>("<privacyreq><status>true</status></privacyreq>").on);
  EXPECT_EQ(
      only<PlayToneRequest>("<playtonereq><tonetype>DtZipZip</tonetype><direction>all</direction></playtonereq>").tone,
      "DtZipZip");
  EXPECT_FALSE(
      only<PlayToneRequest>("<playtonereq><tonetype>DtZip</tonetype><direction>net</direction></playtonereq>").to_user);
  only<StopToneRequest>("<stoptone><tonetype>DtZipZip</tonetype></stoptone>");
  EXPECT_EQ(only<ResumeCallRequest>(cat("<holdretrievereq>", kDialog, "</holdretrievereq>")).dialog.local_tag, "us");
  EXPECT_EQ(only<AnswerCallRequest>(cat("<answercallreq>", kDialog, "</answercallreq>")).dialog.call_id, "1@phone");
  EXPECT_EQ(only<HoldCallRequest>(cat("<holdreq>", kDialog, "</holdreq>")).dialog.remote_tag, "them");
  const auto place = only<PlaceCallRequest>(
      "<initiatecallreq><dialstring>1005</dialstring><linenumber>2</linenumber></initiatecallreq>");
  EXPECT_EQ(place.number, "1005");
  EXPECT_EQ(place.line, 2U);
  EXPECT_EQ(
      only<FeatureNotice>(cat("<notifyreq>", kDialog, "<feature>Join</feature><status>Complete</status></notifyreq>"))
          .status,
      "Complete");
  const auto page = only<DataPassthrough>(
      "<datapassthroughreq><applicationid>1</applicationid><transactionid>0</transactionid>"
      "<stationsequence>StationSequenceFirst</stationsequence><confid>7</confid></datapassthroughreq>");
  EXPECT_EQ(page.application, 1U);
  EXPECT_EQ(page.conference, 7U);
  EXPECT_FALSE(page.last);
  only<RegisterLinesRequest>("<bulkregisterreq><contact all=\"true\"/></bulkregisterreq>");
  only<CapabilitiesNotice>("<optionsind><combine max=\"6\"/></optionsind>");
  EXPECT_EQ(only<UnknownRequest>("<talkbackreq/>").name, "talkbackreq");
}

TEST(F94_RemoteRequests_Table, TextIsCleanAndPhraseCodesAreSpelledOut) {
  const std::string coded = std::string("\x80") + "! 71";  // Call park At
  const auto park = only<StatusText>(cat("<statuslineupdatereq><action>notify_display</action><statustext>", coded,
                                         "</statustext><displaytimeout>10</displaytimeout><linenumber>0</linenumber>"
                                         "<priority>1</priority></statuslineupdatereq>"));
  EXPECT_EQ(park.text, "Call park At 71");
  EXPECT_EQ(park.timeout, std::chrono::seconds(10));
  EXPECT_EQ(park.line, 0U);
  const auto evil = only<StatusText>(cat("<statuslineupdatereq><statustext>a\x01\x1b[2J\xff&lt;b&gt;\xe2\x80\xae",
                                         std::string(4000, 'x'), "</statustext></statuslineupdatereq>"));
  EXPECT_LE(evil.text.size(), 256U);
  EXPECT_EQ(evil.text.find('\x1b'), std::string::npos);
  EXPECT_NE(evil.text.find("<b>"), std::string::npos);
}

TEST(F94_RemoteRequests_Table, PrefixesAndCasesOfNamesDoNotMatter) {
  const auto read = read_remote_requests(
      "<p:X-Cisco-RemoteCC-Request "
      "xmlns:p=\"urn:x-cisco:parmams\"><q:hlogUpdate><r:status>off</r:status></q:hlogUpdate>"
      "</p:X-Cisco-RemoteCC-Request>");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(std::holds_alternative<HuntGroupUpdate>(read->at(0)));
}

struct RefusedDocument {
  const char* name;
  std::string xml;
  const char* why;
};

class F94_RefusedDocuments_Table : public testing::TestWithParam<RefusedDocument> {};

std::string many(const char* what, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += what;
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, F94_RefusedDocuments_Table,
    testing::Values(
        RefusedDocument{"Empty", "", "the document is not XML"},
        RefusedDocument{"Text", "reset", "the document is not XML"},
        RefusedDocument{"Truncated", document("<dndupdate><state>enable</state>").substr(0, 90),
                        "the document is not XML"},
        RefusedDocument{"Doubled",
                        "<x-cisco-remotecc-request><talkbackreq/></x-cisco-remotecc-request>"
                        "<x-cisco-remotecc-request><talkbackreq/></x-cisco-remotecc-request>",
                        "the document has two roots"},
        RefusedDocument{"Elements", document(many("<a/>", 5000)), "the document has too many elements"},
        RefusedDocument{"Nested", document(cat(many("<a>", 5000), many("</a>", 5000))),
                        "the document has too many elements"},
        RefusedDocument{"Requests", document(many("<talkbackreq/>", 9)), "the document has too many requests"},
        RefusedDocument{"Entities", "<!DOCTYPE a [<!ENTITY b \"c\">]><x-cisco-remotecc-request/>",
                        "the document declares a type of its own"},
        RefusedDocument{"Large", document(std::string(70000, 'x')), "the document is too large"},
        RefusedDocument{"OtherRoot", "<x-cisco-remotecc-response/>", "the document is not an x-cisco-remotecc-request"},
        RefusedDocument{"Nothing", document(""), "the document asks for nothing"},
        RefusedDocument{"NoContact", document("<bulkupdate/>"), "bulkupdate has no contact"},
        RefusedDocument{"NoLine", document("<bulkupdate><contact><mwi>yes</mwi></contact></bulkupdate>"),
                        "bulkupdate: a contact names no line"},
        RefusedDocument{"LineZero", document("<bulkupdate><contact line=\"0\"/></bulkupdate>"),
                        "bulkupdate: a contact names no line"},
        RefusedDocument{"HugeLine", document("<bulkupdate><contact line=\"99999999999\"/></bulkupdate>"),
                        "bulkupdate: a contact names no line"},
        RefusedDocument{"Mwi", document("<bulkupdate><contact all=\"true\"><mwi>perhaps</mwi></contact></bulkupdate>"),
                        "mwi is neither on nor off"},
        RefusedDocument{"ForwardOfNoLine", document("<cfwdallupdate><fwdaddress>1</fwdaddress></cfwdallupdate>"),
                        "cfwdallupdate names no line"},
        RefusedDocument{"Dnd", document("<dndupdate/>"), "dndupdate: state is neither on nor off"},
        RefusedDocument{"DndOption", document("<dndupdate><state>enable</state><option>x</option></dndupdate>"),
                        "dndupdate: the option is unknown"},
        RefusedDocument{"Hlog", document("<hlogupdate/>"), "hlogupdate: status is neither on nor off"},
        RefusedDocument{"Tone", document("<playtonereq/>"), "playtonereq names no tone"},
        RefusedDocument{"NoDialog", document("<answercallreq/>"), "answercallreq names no call"},
        RefusedDocument{"NoNumber", document("<initiatecallreq/>"), "initiatecallreq names no number"},
        RefusedDocument{"StatusAction", document("<statuslineupdatereq><action>run</action></statuslineupdatereq>"),
                        "statuslineupdatereq: the action is unknown"}),
    [](const auto& row) { return row.param.name; });

TEST_P(F94_RefusedDocuments_Table, WithTheirReason) {
  const auto read = read_remote_requests(GetParam().xml);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.status().message(), GetParam().why);
}

TEST(F94_MessageSummary_Table, CountsAreReadWithOrWithoutTheirUrgentOnes) {
  const auto read =
      read_message_summary("Messages-Waiting: yes\r\nMessage-Account: sip:x@y\r\nVoice-Message: 2/8 (0/2)\r\n");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->messages, true);
  EXPECT_EQ(read->mailbox, (Mailbox{.fresh = 2, .old = 8}));
  EXPECT_EQ(read_message_summary("Messages-Waiting: no\n")->messages, false);
  for (const auto& [text, why] :
       {std::pair("", "Bad MWI NOTIFY: Messages-Waiting is missing"),
        {"Messages-Waiting: some", "Bad MWI NOTIFY: Messages-Waiting is neither on nor off"},
        {"Messages-Waiting: yes\nVoice-Message: many", "Bad MWI NOTIFY: Voice-Message has no counts"}}) {
    const auto refused = read_message_summary(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.status().message(), why);
  }
}

}  // namespace
}  // namespace phone::signaling
