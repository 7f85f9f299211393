// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Soft keys under virtual time: what leaves, what the call manager says to it, and what the user is told.
#include "services/signaling/feature/features.hpp"

#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class FeaturesOfAPhone : public ControlledPhone {
 protected:
  void SetUp() override {
    Settings made = settings();
    made.lines[1].shared = true;
    made.speed_dials = {{.label = "Help", .number = "1005,,7", .watched = true, .pickup = true},
                        {.label = "Other", .number = "1006"}};
    start(made);
  }
  absl::StatusOr<FeatureReply> use(FeatureOrder order) {
    absl::StatusOr<FeatureReply> said = absl::UnknownError("nothing yet");
    phone.agent.use_feature(
        order, [&said](const absl::StatusOr<FeatureReply>& reply) { said = reply; }, phone.now);
    EXPECT_TRUE(phone.settle());
    return said;
  }
  // The soft keys that left, by name; each is answered 202 unless another answer is due.
  std::vector<std::string> serve_softkey(const Message& request) {
    const auto value = [&](const std::string& name) {
      const size_t at = request.body.find("<" + name + ">");
      return at == std::string::npos
                 ? ""
                 : request.body.substr(at + name.size() + 2, request.body.find("</", at) - at - name.size() - 2);
    };
    keys.push_back(value("softkeyevent"));
    refers.push_back(request);
    return {answer_to(request, refused.status == 0 || keys.back() == "Cancel" ? 202 : refused.status, refused.extra)};
  }
  void serve_softkeys() {
    // ServedPhone asks serve(): REFERs go to the soft keys.
    on_refer = [this](const Message& request) { return serve_softkey(request); };
  }
  CallView call_of(const std::string& id) {
    for (const CallView& one : phone.agent.view().calls) {
      if (one.call == id) return one;
    }
    return {};
  }
  // In the dialog of the last REFER that left.
  Message told(const std::string& state, const std::string& type = "", const std::string& body = "") {
    const Message& refer = refers.back();
    Message notify = outside("NOTIFY", {{"Event", "refer"}, {"Subscription-State", state}}, body);
    for (HeaderField& field : notify.fields) {
      if (field.name == "Call-ID") field.value = refer.call_id;
      if (field.name == "From") field.value = "<sip:cucm1>;tag=server-tag";
      if (field.name == "To") field.value = cat("<sip:2222@cucm1>;tag=", refer.from_tag());
      if (field.name == "CSeq") field.value = cat(++cseq, " NOTIFY");
    }
    if (!type.empty()) notify.add("Content-Type", type);
    return notify;
  }
  static std::string outcome(int code) {
    return cat("<x-cisco-remotecc-response><response><code>", code,
               "</code><reason>\x80\x27</reason></response></x-cisco-remotecc-response>");
  }
  static constexpr char kResponse[] = "application/x-cisco-remotecc-response+xml";

  struct {
    int status = 0;
    std::vector<HeaderField> extra;
  } refused;
  std::vector<std::string> keys;
  std::vector<Message> refers;
  uint32_t cseq = 200;
};

class F52_Conference_Table : public FeaturesOfAPhone {
 protected:
  void two_calls() {
    serve_softkeys();
    first = call();
    second = call();
    ASSERT_TRUE(on_hold(call_of(first).hold));
  }
  absl::StatusOr<FeatureReply> confer() {
    return use({.feature = Feature::kConference, .call = first, .other_calls = {second}});
  }
  std::string first, second;
};

TEST_F(F52_Conference_Table, IsAskedForWithBothDialogsAndDoneWhenTheCallManagerSaysSo) {
  two_calls();
  ASSERT_TRUE(confer().ok());
  ASSERT_EQ(keys, std::vector<std::string>{"Conference"});
  EXPECT_EQ(refers[0].count("Require"), 0U) << "it waits for NOTIFYs";
  const size_t of_first = refers[0].body.find(invites.front().call_id);
  const size_t of_second = refers[0].body.find(invites.back().call_id);
  EXPECT_NE(of_second, std::string::npos);
  EXPECT_LT(of_first, of_second);
  EXPECT_EQ(call_of(first).asked, "conference");
  EXPECT_EQ(said_to(told("active;expires=60")).status, 200);
  EXPECT_EQ(call_of(first).asked, "conference");
  EXPECT_EQ(said_to(told("terminated;reason=noresource", kResponse, outcome(200))).status, 200);
  EXPECT_EQ(call_of(first).asked, "");
  EXPECT_EQ(call_of(first).feature_failure, "");
  EXPECT_EQ(said_to(told("terminated", kResponse, outcome(500))).status, 481) << "the dialog is over";
}

TEST_F(F52_Conference_Table, ItsFailureHasTheCallManagersWords) {
  two_calls();
  ASSERT_TRUE(confer().ok());
  EXPECT_EQ(said_to(told("terminated;reason=noresource", kResponse, outcome(500))).status, 200);
  EXPECT_EQ(call_of(first).feature_failure, "conference: the call manager refused: 500 No Conference Bridge");
  EXPECT_TRUE(reported("feature.failed: conference: the call manager refused: 500 No Conference Bridge"));
}

TEST_F(F52_Conference_Table, ARefusedOneIsTakenBackAndTheWordsAreTold) {
  two_calls();
  refused.status = 603;
  refused.extra = {{"Warning", "399 cucm \"Exceed Maximum Parties\""}};
  const auto said = confer();
  EXPECT_EQ(said.status().message(), "the call manager refused: 603 Decline (Exceed Maximum Parties)");
  EXPECT_EQ(keys, (std::vector<std::string>{"Conference", "Cancel"}));
  EXPECT_EQ(call_of(first).asked, "");
  EXPECT_EQ(call_of(first).feature_failure,
            "conference: the call manager refused: 603 Decline (Exceed Maximum Parties)");
}

TEST_F(F52_Conference_Table, OneThatIsNotToldOfFailsAfterAMinute) {
  two_calls();
  ASSERT_TRUE(confer().ok());
  EXPECT_TRUE(phone.pass(seconds(59)));
  EXPECT_EQ(call_of(first).asked, "conference");
  EXPECT_TRUE(phone.pass(seconds(2)));
  EXPECT_EQ(call_of(first).asked, "");
  EXPECT_EQ(call_of(first).feature_failure, "conference: the call manager did not say what became of it");
}

TEST_F(F52_Conference_Table, BeginsWithAHoldThatSaysWhatItIsFor) {
  serve_softkeys();
  first = call();
  ASSERT_TRUE(use({.feature = Feature::kConference, .call = first, .number = "1003"}).ok());
  ASSERT_EQ(invites.size(), 2U) << "the re-INVITE of the hold comes first";
  EXPECT_EQ(invites[1].call_id, invites[0].call_id);
  EXPECT_TRUE(keys.empty());
}

TEST_F(F52_Conference_Table, JoinSelectsEachOtherCallFirst) {
  two_calls();
  ASSERT_TRUE(use({.feature = Feature::kJoin, .call = second, .other_calls = {first}}).ok());
  EXPECT_EQ(keys, (std::vector<std::string>{"Select", "Join"}));
  EXPECT_EQ(refers[0].field("Require"), "norefersub");
  EXPECT_EQ(call_of(second).asked, "join");
}

TEST_F(F52_Conference_Table, WhatCannotBeIsRefusedHere) {
  two_calls();
  const auto code = [&](FeatureOrder order) { return use(std::move(order)).status().code(); };
  using absl::StatusCode;
  EXPECT_EQ(code({.feature = Feature::kConference, .call = "none", .other_calls = {second}}), StatusCode::kNotFound);
  EXPECT_EQ(code({.feature = Feature::kConference, .call = first, .other_calls = {"none"}}), StatusCode::kNotFound);
  EXPECT_EQ(code({.feature = Feature::kConference, .call = first}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.feature = Feature::kConference, .call = first, .other_calls = {first}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.feature = Feature::kJoin, .call = first}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.feature = Feature::kParticipants, .call = first}), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({.feature = Feature::kDrop, .call = first, .participant = "1"}), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({.feature = Feature::kForwardAll, .number = "1005"}), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({.feature = Feature::kForwardAll, .number = "1005", .line = 9}), StatusCode::kNotFound);
  EXPECT_EQ(code({.feature = Feature::kMeetMe, .number = "a b"}), StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.feature = Feature::kExtensionMobility}), StatusCode::kUnimplemented);
  EXPECT_TRUE(keys.empty());
}

class F51_ProtectedPhone_Table : public F52_Conference_Table {};

TEST_F(F51_ProtectedPhone_Table, SharesNothingAndSaysWhy) {
  two_calls();
  Settings made = settings();
  made.lines[1].shared = true;
  made.protected_device = true;
  phone.agent.configure(made, phone.now);
  for (const FeatureOrder& order :
       {FeatureOrder{.feature = Feature::kConference, .call = first, .other_calls = {second}},
        FeatureOrder{.feature = Feature::kJoin, .call = first, .other_calls = {second}}}) {
    EXPECT_EQ(use(order).status().message(), "this phone is protected: conferences are not available on it");
  }
  EXPECT_EQ(use({.feature = Feature::kBarge, .shared_call = "d1"}).status().message(),
            "this phone is protected: shared lines are not available on it");
  EXPECT_EQ(use({.feature = Feature::kExtensionMobility}).status().message(),
            "this phone is protected: Extension Mobility is not available on it");
  EXPECT_EQ(phone.agent.view().features.sharing, "this phone is protected: shared lines are not available on it");
  Message dialog = outside("NOTIFY", {{"Event", "dialog"}, {"Subscription-State", "active"}}, "<dialog-info/>");
  const Message answer = said_to(dialog);
  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(answer.text("Warning").find("this phone is protected"), std::string::npos);
  EXPECT_TRUE(keys.empty());
}

class F55_F56_F57_Barge_Table : public FeaturesOfAPhone {
 protected:
  Message shared(const std::string& state, const std::string& more = "") {
    return outside("NOTIFY", {{"Event", "dialog"}, {"Subscription-State", "active"}},
                   cat("<dialog-info state=\"partial\"><dialog id=\"d1\" call-id=\"shared@x\" local-tag=\"l\" "
                       "remote-tag=\"r\"><state>",
                       state, "</state>", more,
                       "<remote><identity display=\"Ann\">sip:1009@x</identity></remote></dialog></dialog-info>"));
  }
  std::vector<SharedCall> calls() { return phone.agent.view().features.shared_calls; }
};

TEST_F(F55_F56_F57_Barge_Table, CallsOfTheLineFollowWhatIsTold) {
  EXPECT_EQ(said_to(shared("early")).status, 200);
  ASSERT_EQ(calls().size(), 1U);
  EXPECT_EQ(calls()[0].state, SharedCallState::kAlerting);
  EXPECT_EQ(calls()[0].remote_number, "1009");
  EXPECT_EQ(use({.feature = Feature::kBarge, .shared_call = "d1"}).status().message(), "the call is not answered");
  EXPECT_EQ(said_to(shared("confirmed", "<lock>locked</lock>")).status, 200);
  EXPECT_EQ(calls()[0].remote_number, "") << "private";
  EXPECT_EQ(use({.feature = Feature::kBarge, .shared_call = "d1"}).status().message(), "the call is private");
  EXPECT_EQ(said_to(shared("terminated")).status, 200);
  EXPECT_TRUE(calls().empty());
  EXPECT_EQ(said_to(shared("odd")).status, 400);
  EXPECT_EQ(said_to(shared("confirmed"), phone.world.opened.back().first).status, 403)
      << "the standby server tells nothing";
}

TEST_F(F55_F56_F57_Barge_Table, TheInviteNamesTheCallAndARefusalIsHeard) {
  EXPECT_EQ(said_to(shared("confirmed")).status, 200);
  answer_invite = [](const Message& invite) {
    return std::vector<std::string>{answer_to(invite, 603, {{"Warning", "399 cucm \"\x80\x44\""}})};
  };
  absl::StatusOr<FeatureReply> said = absl::UnknownError("nothing yet");
  phone.agent.use_feature(
      {.feature = Feature::kBarge, .shared_call = "d1"},
      [&](const absl::StatusOr<FeatureReply>& reply) { said = reply; }, phone.now);
  phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
  ASSERT_TRUE(phone.settle());
  ASSERT_EQ(invites.size(), 1U);
  EXPECT_EQ(invites[0].uri.substr(0, 9), "sip:2222@");
  EXPECT_EQ(invites[0].field("Join"), "shared@x;to-tag=l;from-tag=r");
  EXPECT_EQ(invites[0].fields_named("Call-Info").back(), "<urn:x-cisco-remotecc:barge>");
  EXPECT_EQ(said.status().message(), "refused: 603 Decline (Failed to setup Barge)");
  EXPECT_EQ(phone.world.tones.back(), Tone::kReorder);
  EXPECT_TRUE(phone.agent.memory().history.empty()) << "nobody was called";
}

class F94_SoftKeys_Table : public FeaturesOfAPhone {};

TEST_F(F94_SoftKeys_Table, EachHasItsNameOnTheWire) {
  serve_softkeys();
  const std::string id = call();
  const std::pair<Feature, const char*> rows[] = {{Feature::kPark, "ParkMonitor"},  {Feature::kDivert, "IDivert"},
                                                  {Feature::kCallBack, "CallBack"}, {Feature::kMaliciousCall, "MCID"},
                                                  {Feature::kQualityReport, "QRT"}, {Feature::kHuntGroup, "HLog"},
                                                  {Feature::kPrivacy, "Privacy"},   {Feature::kDropLast, "RmLastConf"}};
  for (const auto& [feature, name] : rows) {
    keys.clear();
    EXPECT_TRUE(use({.feature = feature, .call = id}).ok()) << name;
    EXPECT_EQ(keys, std::vector<std::string>{name});
  }
}

TEST_F(F94_SoftKeys_Table, AParkedCallIsShownUntilItIsFetched) {
  serve_softkeys();
  const std::string id = call();
  ASSERT_TRUE(use({.feature = Feature::kPark, .call = id}).ok());
  const auto park = [](const std::string& state, const std::string& event) {
    return cat("<dialog-info xmlns:c=\"x\"><dialog id=\"71\"><state>", state, "</state><c:park><c:event>", event,
               "</c:event></c:park></dialog></dialog-info>");
  };
  EXPECT_EQ(said_to(told("active;expires=600", "application/dialog-info+xml", park("confirmed", "parked"))).status,
            200);
  ASSERT_EQ(phone.agent.view().features.parked_calls.size(), 1U);
  EXPECT_EQ(phone.agent.view().features.parked_calls[0].slot, "71");
  EXPECT_EQ(call_of(id).asked, "");
  EXPECT_EQ(said_to(told("active;expires=600", "application/dialog-info+xml", park("confirmed", "reminder"))).status,
            200);
  EXPECT_EQ(phone.agent.view().features.parked_calls[0].state, "reminder");
  EXPECT_EQ(said_to(told("terminated", "application/dialog-info+xml", park("terminated", "retrieved"))).status, 200);
  EXPECT_TRUE(phone.agent.view().features.parked_calls.empty());
}

TEST_F(F94_SoftKeys_Table, ServiceUrisAreTheConfiguredOnes) {
  Settings made = settings();
  made.feature_uris.pickup = "x-other-pickup";
  made.feature_uris.meet_me = "x-meet";
  phone.agent.configure(made, phone.now);
  const std::pair<FeatureOrder, const char*> rows[] = {
      {{.feature = Feature::kPickup}, "sip:x-other-pickup@"},
      {{.feature = Feature::kGroupPickup, .number = "44"}, "sip:x-cisco-serviceuri-gpickup-44@"},
      {{.feature = Feature::kNumberPickup, .number = "1005"}, "sip:x-cisco-serviceuri-blfpickup-1005@"},
      {{.feature = Feature::kMeetMe, .number = "7000"}, "sip:x-meet-7000@"}};
  for (const auto& [order, uri] : rows) {
    phone.agent.use_feature(
        order, [](const absl::StatusOr<FeatureReply>&) {}, phone.now);
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    ASSERT_TRUE(phone.settle());
    EXPECT_EQ(invites.back().uri.substr(0, std::string(uri).size()), uri);
    ASSERT_TRUE(phone.agent.hang_up(phone.agent.view().calls.back().call, phone.now).ok());
    ASSERT_TRUE(phone.settle());
  }
  ASSERT_EQ(phone.agent.memory().history.size(), 1U) << "Meet-Me is a number that was called";
  EXPECT_EQ(phone.agent.memory().history[0].number, "7000");
}

TEST_F(F94_SoftKeys_Table, ForwardAllIsDoneWhenTheCallManagerAnswersOrRefusedInItsWords) {
  answer_invite = [](const Message& invite) { return std::vector<std::string>{answer_to(invite, 200)}; };
  absl::StatusOr<FeatureReply> said = absl::UnknownError("nothing yet");
  const auto forward = [&](const std::string& number) {
    phone.agent.use_feature(
        {.feature = Feature::kForwardAll, .number = number},
        [&](const absl::StatusOr<FeatureReply>& reply) { said = reply; }, phone.now);
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    EXPECT_TRUE(phone.settle());
  };
  forward("1005");
  EXPECT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(invites.back().uri.substr(0, 36), "sip:x-cisco-serviceuri-cfwdall-1005@");
  forward("");
  EXPECT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(invites.back().uri.substr(0, 31), "sip:x-cisco-serviceuri-cfwdall@");
  answer_invite = [](const Message& invite) {
    return std::vector<std::string>{answer_to(invite, 403, {{"Warning", "399 cucm \"not for this line\""}})};
  };
  forward("1005");
  EXPECT_EQ(said.status().message(), "refused: 403 Forbidden (not for this line)");
}

class F78_Codes_Table : public FeaturesOfAPhone {
 protected:
  void SetUp() override {
    Settings made = settings();
    made.kpml = 3;
    made.inter_digit = std::chrono::seconds(5);
    start(made);
    answer_invite = [](const Message&) { return std::vector<std::string>(); };
    id = call();
  }
  Message prompt(char phrase, bool names_call = true) {
    const std::string dialog = cat("<dialogid><callid>", invites.back().call_id, "</callid><localtag>",
                                   invites.back().from_tag(), "</localtag><remotetag>x</remotetag></dialogid>");
    return outside("REFER",
                   {{"Require", "norefersub"},
                    {"Refer-To", "cid:a@b"},
                    {"Content-Type", "application/x-cisco-remotecc-request+xml"}},
                   cat("<x-cisco-remotecc-request><statuslineupdatereq><action>notify_display</action>",
                       names_call ? dialog : "", "<statustext>\x1e", std::string(1, phrase),
                       "</statustext><displaytimeout>20</displaytimeout></statuslineupdatereq>"
                       "</x-cisco-remotecc-request>"));
  }
  absl::Status press(const std::string& keys) {
    absl::Status said = absl::UnknownError("nothing yet");
    phone.agent.send_digits(
        id, crypto::Secret::copy_of(keys), [&](const absl::Status& status) { said = status; }, phone.now);
    EXPECT_TRUE(phone.settle());
    return said;
  }
  Message subscribe() {
    Message request = far_request("SUBSCRIBE", ++subscribed, invites.back());
    request.add("Event", "kpml").add("Expires", "7200").add("Content-Type", "application/kpml-request+xml");
    request.body =
        "<kpml-request><pattern persist=\"persist\"><regex tag=\"Backspace OK\">[x*#+]|bs</regex></pattern>"
        "</kpml-request>";
    return request;
  }
  std::string id;
  uint32_t subscribed = 0;
};

TEST_F(F78_Codes_Table, EachPromptBeginsAnewAndOnlyTheNumberOfDigitsIsShown) {
  EXPECT_EQ(said_to(prompt(7)).status, 202);
  EXPECT_EQ(call_of(id).code_wanted, CodeKind::kAuthorization);
  EXPECT_TRUE(phone.agent.view().remote.texts.empty()) << "shown with the call";
  EXPECT_EQ(said_to(subscribe()).status, 200);
  EXPECT_TRUE(press("47<1").ok());
  EXPECT_EQ(call_of(id).code_digits, 2U);
  EXPECT_TRUE(press("1#").ok());
  EXPECT_EQ(call_of(id).code_wanted, CodeKind::kNone);
  EXPECT_EQ(call_of(id).code_digits, 0U);
  EXPECT_EQ(said_to(prompt(8, false)).status, 202) << "the call that is being dialled";
  EXPECT_EQ(call_of(id).code_wanted, CodeKind::kClientMatter);
  EXPECT_TRUE(press("9").ok());
  EXPECT_EQ(call_of(id).code_digits, 1U);
  EXPECT_TRUE(phone.pass(seconds(6)));
  EXPECT_EQ(call_of(id).code_wanted, CodeKind::kNone) << "the time is over";
  for (const std::string& one : phone.world.reports) EXPECT_EQ(one.find("471"), std::string::npos) << one;
  EXPECT_EQ(phone.world.history.find("471"), std::string::npos);
}

TEST_F(F78_Codes_Table, APromptWithoutSuchACallIsAText) {
  ASSERT_TRUE(phone.agent.hang_up(id, phone.now).ok());
  ASSERT_TRUE(phone.pass(seconds(60)));
  EXPECT_EQ(said_to(prompt(7, false)).status, 202);
  ASSERT_EQ(phone.agent.view().remote.texts.size(), 1U);
  EXPECT_EQ(phone.agent.view().remote.texts[0].text, "Enter Authorization Code");
}

class F94_WatchedNumbers_Table : public FeaturesOfAPhone {
 protected:
  Message presence(const std::string& number, const std::string& activity, const std::string& basic = "open") {
    Message notify =
        outside("NOTIFY", {{"Event", "presence"}, {"Subscription-State", "active"}},
                cat("<presence><person><activities>", activity, "</activities></person><tuple><status><basic>", basic,
                    "</basic></status></tuple></presence>"));
    for (HeaderField& field : notify.fields) {
      if (field.name == "From") field.value = cat("<sip:", number, "@cucm1>;tag=p");
    }
    return notify;
  }
  std::vector<WatchedNumber> watched() { return phone.agent.view().features.watched_numbers; }
};

TEST_F(F94_WatchedNumbers_Table, AreShownAsToldAndNobodyIsAsked) {
  ASSERT_EQ(watched().size(), 1U);
  EXPECT_EQ(watched()[0].number, "1005");
  EXPECT_EQ(watched()[0].state, WatchedState::kUnknown);
  EXPECT_TRUE(watched()[0].pickup);
  EXPECT_EQ(said_to(presence("1005", "<alerting/>")).status, 200);
  EXPECT_EQ(watched()[0].state, WatchedState::kAlerting);
  EXPECT_EQ(said_to(presence("1006", "")).status, 404) << "not watched";
  EXPECT_EQ(said_to(presence("1005", "", "odd")).status, 400);
  EXPECT_EQ(said_to(presence("1005", ""), phone.world.opened.back().first).status, 403);
  EXPECT_EQ(watched()[0].state, WatchedState::kAlerting);
  for (const auto& [time, method] : phone.asked) EXPECT_NE(method, "SUBSCRIBE");
  // Without the connection nobody tells it any more.
  phone.agent.flow_down({.flow = registered_over}, phone.now);
  EXPECT_EQ(watched()[0].state, WatchedState::kUnknown);
}

TEST_F(F94_WatchedNumbers_Table, ACallManagerThatWantsToBeAskedIsAsked) {
  std::vector<Message> subscribes;
  on_subscribe = [&](const Message& request) {
    subscribes.push_back(request);
    if (subscribes.size() == 1) return std::vector<std::string>{answer_to(request, 423, {{"Min-Expires", "7200"}})};
    return std::vector<std::string>{answer_to(request, 200, {{"Expires", "1000"}})};
  };
  dialect_body =
      "<x-cisco-remotecc-response><response><code>200</code><optionsind><presence usage=\"blf speed dial\"><sub/>"
      "</presence></optionsind></response></x-cisco-remotecc-response>";
  EXPECT_TRUE(phone.pass(seconds(3600)));
  ASSERT_GE(subscribes.size(), 2U);
  EXPECT_EQ(subscribes[0].uri, "sip:1005@cucm1");
  EXPECT_EQ(subscribes[0].field("Event"), "presence");
  EXPECT_EQ(subscribes[1].field("Expires"), "7200");
  Message notify = presence("1005", "<on-the-phone/>");
  for (HeaderField& field : notify.fields) {
    if (field.name == "Call-ID") field.value = subscribes[0].call_id;
    if (field.name == "From") field.value = "<sip:1005@cucm1>;tag=server-tag";
    if (field.name == "To") field.value = cat("<sip:2222@cucm1>;tag=", subscribes[0].from_tag());
    if (field.name == "CSeq") field.value = "1 NOTIFY";
  }
  EXPECT_EQ(said_to(notify).status, 200);
  EXPECT_EQ(watched()[0].state, WatchedState::kInUse);
  EXPECT_EQ(said_to(notify).status, 500) << "the same number again";
  const size_t before = subscribes.size();
  EXPECT_TRUE(phone.pass(seconds(901)));
  EXPECT_GT(subscribes.size(), before) << "refreshed";
  EXPECT_EQ(subscribes.back().to_tag(), "server-tag");
}

}  // namespace
}  // namespace phone::signaling
