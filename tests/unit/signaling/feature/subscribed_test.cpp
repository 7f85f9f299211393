// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a call manager wants to be asked for, or to be told: watched numbers over two connections, shared lines by
// SUBSCRIBE (CME), the state of the hook; and a held call of a shared line that is taken over.
#include <absl/strings/str_replace.h>

#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F94_Subscribed : public ControlledPhone {
 protected:
  void SetUp() override {}
  void begin(const std::string& options) {
    dialect_body = cat("<x-cisco-remotecc-response><response><code>200</code><optionsind>", options,
                       "</optionsind></response></x-cisco-remotecc-response>");
    on_subscribe = [this](const Message& request) {
      subscribes.push_back(request);
      if (refuse_subscribe != 0)
        return std::vector<std::string>{answer_to(request, refuse_subscribe, {{"Min-Expires", "5000"}})};
      return silent_to_subscribe ? std::vector<std::string>{}
                                 : std::vector<std::string>{answer_to(request, 200, {{"Expires", "1000"}})};
    };
    Settings made = settings();
    made.lines[1].shared = true;
    made.speed_dials = {
        {.label = "Help", .number = "1005", .watched = true},
        {.label = "Park", .number = "701", .watched = true, .park_slot = true, .retrieval_prefix = "*8"}};
    made.subscribe_expires = seconds(1234);
    start(made);
  }
  // In the dialog of that SUBSCRIBE.
  Message told(const Message& subscribe, const std::string& event, const std::string& body, uint32_t cseq,
               const std::string& state = "active") {
    Message notify = outside(
        "NOTIFY", {{"Event", event}, {"Subscription-State", state}, {"Content-Type", "application/dialog-info+xml"}},
        body);
    for (HeaderField& field : notify.fields) {
      if (field.name == "Call-ID") field.value = subscribe.call_id;
      if (field.name == "From") field.value = "<sip:cucm1>;tag=server-tag";
      if (field.name == "To") field.value = cat("<sip:2222@cucm1>;tag=", subscribe.from_tag());
      if (field.name == "CSeq") field.value = cat(cseq, " NOTIFY");
    }
    return notify;
  }
  static std::string shared(const std::string& inside) {
    return cat("<dialog-info version=\"1\" state=\"full\" entity=\"sip:3333\">", inside, "</dialog-info>");
  }
  static constexpr char kHeld[] =
      "<dialog id=\"d1\" call-id=\"c@cucm\" local-tag=\"l\" remote-tag=\"r\"><state>confirmed</state><hold/>"
      "<remote><identity>sip:1009@cucm1</identity></remote></dialog>";
  std::vector<SharedCall> shared_calls() { return phone.agent.view().features.shared_calls; }

  bool silent_to_subscribe = false;
  int refuse_subscribe = 0;
  size_t opened = 0;  // streams
  std::vector<Message> subscribes;
};

// A connection that is lost while a SUBSCRIBE is out must not leave the numbers unasked for ever.
TEST_F(F94_Subscribed, WatchedNumbersAreAskedForAgainAfterAConnectionThatWasLostMeanwhile) {
  silent_to_subscribe = true;
  begin("<presence usage=\"blf speed dial\"><sub/></presence>");
  ASSERT_EQ(subscribes.size(), 1U);
  silent_to_subscribe = false;
  phone.agent.flow_down({.flow = registered_over}, phone.now);
  ASSERT_TRUE(phone.pass(seconds(20)));
  ASSERT_TRUE(phone.agent.view().registered);
  ASSERT_GE(subscribes.size(), 2U);
  EXPECT_NE(subscribes[1].call_id, subscribes[0].call_id);
}

// timerSubscribeExpires; what the server wants at least is its own, and another server is asked for the former again.
TEST_F(F94_Subscribed, ASubscribeAsksForWhatTheConfigurationSays) {
  refuse_subscribe = 423;
  begin("<presence usage=\"blf speed dial\"><sub/></presence>");
  ASSERT_GE(subscribes.size(), 2U);
  EXPECT_EQ(subscribes[0].field("Expires"), "1234");
  EXPECT_EQ(subscribes[1].field("Expires"), "5000") << "Min-Expires";
  refuse_subscribe = 0;
  subscribes.clear();
  phone.agent.flow_down({.flow = registered_over}, phone.now);
  ASSERT_TRUE(phone.pass(seconds(20)));
  ASSERT_FALSE(subscribes.empty());
  EXPECT_EQ(subscribes[0].field("Expires"), "1234");
}

// RFC 6665 section 8.3.2: said once, and not asked again over this connection, for no number.
TEST_F(F94_Subscribed, APackageThatTheCallManagerDoesNotServeIsAskedForOnce) {
  refuse_subscribe = 489;
  begin("<presence usage=\"blf speed dial\"><sub/></presence>");
  ASSERT_EQ(subscribes.size(), 1U) << "two numbers are watched";
  for (const WatchedNumber& one : phone.agent.view().features.watched_numbers) {
    EXPECT_EQ(one.state, WatchedState::kRefused) << one.number;
    EXPECT_EQ(one.reason, "the call manager does not serve the event package presence");
  }
  EXPECT_TRUE(phone.pass(std::chrono::hours(2)));
  EXPECT_EQ(subscribes.size(), 1U);
  EXPECT_TRUE(
      reported("subscription.unknown: the call manager does not serve the event package presence (489 Bad "
               "Event): it is asked again when the phone registers over a new connection"));
  refuse_subscribe = 0;
  phone.agent.flow_down({.flow = registered_over}, phone.now);
  ASSERT_TRUE(phone.pass(seconds(20)));
  EXPECT_EQ(subscribes.size(), 3U) << "another connection, both numbers";
}

TEST_F(F94_Subscribed, AParkedCallIsFetchedWithThePrefixOfItsButton) {
  begin("<presence usage=\"blf speed dial\"><sub/></presence>");
  const auto fetch = [&](const std::string& number) {
    absl::StatusOr<FeatureReply> said = absl::UnknownError("nothing yet");
    phone.agent.use_feature(
        {.feature = Feature::kFetchParked, .number = number},
        [&said](const absl::StatusOr<FeatureReply>& reply) { said = reply; }, phone.now);
    EXPECT_TRUE(phone.settle());
    return said.status();
  };
  EXPECT_EQ(fetch("1005").message(),
            "no button of this phone is for that park number: call its retrieval prefix and number");
  EXPECT_TRUE(fetch("701").ok());
  EXPECT_EQ(phone.agent.view().calls.back().remote_number, "*8701");
  EXPECT_TRUE(phone.agent.dial(DialOrder{.speed_dial = 2}, phone.now).ok()) << "its button does the same";
  EXPECT_EQ(phone.agent.view().calls.back().remote_number, "*8701");
}

TEST_F(F94_Subscribed, SharedLinesOfACallManagerThatWantsToBeAsked) {
  begin("<dialog usage=\"shared line\"><sub/></dialog>");
  ASSERT_EQ(subscribes.size(), 1U) << "one line is shared";
  const Message first = subscribes[0];
  EXPECT_EQ(first.uri, "sip:3333@cucm1");
  EXPECT_EQ(first.field("Event"), "dialog");
  EXPECT_EQ(first.field("Accept"), "application/dialog-info+xml");
  EXPECT_EQ(said_to(told(first, "dialog", shared(kHeld), 1)).status, 200);
  ASSERT_EQ(shared_calls().size(), 1U);
  EXPECT_EQ(shared_calls()[0].line, 2U);
  EXPECT_EQ(shared_calls()[0].state, SharedCallState::kHeld);
  EXPECT_EQ(said_to(told(first, "dialog", shared(""), 1)).status, 500) << "an old one";
  EXPECT_EQ(said_to(told(first, "dialog", "<dialog-info", 2)).status, 400);
  EXPECT_EQ(shared_calls().size(), 1U);
  EXPECT_TRUE(phone.pass(seconds(901)));
  EXPECT_EQ(subscribes.size(), 2U) << "renewed";
  EXPECT_EQ(subscribes.back().to_tag(), "server-tag");
  EXPECT_EQ(said_to(told(first, "dialog", shared(""), 3, "terminated;reason=deactivated")).status, 200);
  EXPECT_TRUE(shared_calls().empty());
  EXPECT_TRUE(phone.pass(seconds(301)));
  EXPECT_EQ(subscribes.size(), 3U) << "asked for again";
  EXPECT_EQ(subscribes.back().to_tag(), "");
  EXPECT_EQ(said_to(told(subscribes.back(), "presence", "", 9)).status, 481) << "another package";
}

TEST_F(F94_Subscribed, ACallManagerThatTellsUnaskedIsNotAsked) {
  begin("<dialog usage=\"shared line\"><unot/><sub/></dialog><presence usage=\"blf speed dial\"><unot/></presence>");
  EXPECT_TRUE(subscribes.empty());
}

TEST_F(F94_Subscribed, AHeldCallOfASharedLineIsTakenOver) {
  begin("<dialog usage=\"shared line\"><sub/></dialog>");
  const auto take_over = [&](const std::string& id) {
    absl::StatusOr<FeatureReply> said = absl::UnknownError("nothing yet");
    phone.agent.use_feature(
        {.feature = Feature::kResumeShared, .shared_call = id},
        [&said](const absl::StatusOr<FeatureReply>& reply) { said = reply; }, phone.now);
    EXPECT_TRUE(phone.settle());
    if (phone.world.streams.size() > opened) {
      phone.agent.stream_opened(phone.world.streams[opened++].first, 24000, phone.now);
      EXPECT_TRUE(phone.settle());
    }
    return said.status();
  };
  EXPECT_EQ(take_over("d1").message(), "no such call on a shared line");
  said_to(told(subscribes[0], "dialog", shared(absl::StrReplaceAll(kHeld, {{"<hold/>", ""}})), 1));
  EXPECT_EQ(take_over("d1").message(), "the call is not on hold at its device");
  said_to(told(subscribes[0], "dialog", shared(absl::StrReplaceAll(kHeld, {{"<hold/>", "<hold/><lock>locked</lock>"}})),
               2));
  EXPECT_EQ(take_over("d1").message(), "the call is private");
  said_to(told(subscribes[0], "dialog", shared(absl::StrReplaceAll(kHeld, {{" call-id=\"c@cucm\"", ""}})), 3));
  EXPECT_EQ(take_over("d1").message(), "the call manager has not named its dialog");
  EXPECT_TRUE(invites.empty());
  said_to(told(subscribes[0], "dialog", shared(kHeld), 4));
  EXPECT_TRUE(take_over("d1").ok());
  ASSERT_EQ(invites.size(), 1U);
  EXPECT_EQ(invites[0].uri, "sip:3333@cucm1");
  EXPECT_EQ(invites[0].field("Replaces"), "c@cucm;to-tag=l;from-tag=r");
  EXPECT_EQ(invites[0].fields_named("Call-Info").back(), "<urn:x-cisco-remotecc:resume>");
  Settings protected_phone = settings("7", 2);
  protected_phone.lines[1].shared = protected_phone.protected_device = true;
  phone.agent.configure(protected_phone, phone.now);
  EXPECT_EQ(take_over("d1").message(), "this phone is protected: shared lines are not available on it");
}

class F94_HookStatus : public F94_Subscribed {
 protected:
  std::vector<std::string> serve_notify(const Message& request) {
    notifies.push_back(request);
    return {answer_to(request, refuse ? 489 : 200)};
  }
  static std::string state_in(const Message& notify) {
    const size_t at = notify.body.find("<state>") + 7;
    return notify.body.substr(at, notify.body.find("</state>") - at);
  }
  void hook(bool off) {
    phone.agent.set_hook(off, phone.now);
    ASSERT_TRUE(phone.settle());
  }
  void SetUp() override {
    on_notify = [this](const Message& request) { return serve_notify(request); };
  }
  bool refuse = false;
  std::vector<Message> notifies;
};

TEST_F(F94_HookStatus, IsToldToACallManagerThatWantsToKnowIt) {
  begin("<dialog usage=\"hook status\"><unot/></dialog>");
  EXPECT_TRUE(notifies.empty());
  hook(true);
  ASSERT_EQ(notifies.size(), 1U);
  EXPECT_EQ(notifies[0].field("Event"), "dialog");
  EXPECT_NE(notifies[0].body.find("entity=\"sip:2222@cucm1\""), std::string::npos);
  EXPECT_EQ(notifies[0].to_tag(), "");
  EXPECT_EQ(state_in(notifies[0]), "trying");
  hook(true);
  EXPECT_EQ(notifies.size(), 1U) << "nothing has changed";
  hook(false);
  ASSERT_EQ(notifies.size(), 2U);
  EXPECT_EQ(state_in(notifies[1]), "terminated");
  EXPECT_NE(notifies[1].call_id, notifies[0].call_id);
  hook(true);
  phone.agent.flow_down({.flow = registered_over}, phone.now);
  ASSERT_TRUE(phone.pass(seconds(20)));
  ASSERT_EQ(notifies.size(), 4U) << "the next registration is told, too";
  EXPECT_EQ(state_in(notifies[3]), "trying");
}

TEST_F(F94_HookStatus, IsNotToldWhereItIsNotWantedOrNotTaken) {
  begin("");
  hook(true);
  EXPECT_TRUE(notifies.empty());
  hook(false);
  dialect_body =
      "<x-cisco-remotecc-response><response><optionsind><dialog usage=\"hook status\"/></optionsind></response>"
      "</x-cisco-remotecc-response>";
  refuse = true;
  phone.agent.flow_down({.flow = registered_over}, phone.now);
  ASSERT_TRUE(phone.pass(seconds(20)));
  hook(true);
  hook(false);
  EXPECT_EQ(notifies.size(), 1U) << "refused once";
  EXPECT_TRUE(reported("hook_status.refused: the call manager did not take the state of the hook: 489"));
}

}  // namespace
}  // namespace phone::signaling
