// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager has told and was asked for outlives the process: the record, and what the next one makes of it.
#include <absl/strings/str_replace.h>

#include "services/signaling/sip/record.hpp"
#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr char kTold[] =
    "do_not_disturb 2\nhunt_group 1\nprivacy 1\nline \nmessages 1\nfresh 3\nold 4\nforward 1007\nto_voicemail 0\n"
    "line \nmessages 0\nfresh 0\nold 0\nforward \nto_voicemail 1\ntext_line 1\ntext stays\n"
    "shared_server cucm1\nshared d1\nshared_line 2\nshared_state 3\nshared_number 1009\nshared_name Bob\n"
    "shared_private 0\nshared_call_id c@cucm\nshared_local_tag l\nshared_remote_tag r\nparked 71\nparked_state "
    "reminder\n";

class F94_TellsTheNextProcess : public ControlledPhone {
 protected:
  void SetUp() override {}
  static Settings shared_settings() {
    Settings made = settings();
    made.lines[1].shared = true;
    return made;
  }
  void restored(const std::string& record = kTold) {
    phone.agent.restore_told(record, phone.now);
    phone.agent.restore("", {}, phone.now);
  }
};

TEST_F(F94_TellsTheNextProcess, AllThatIsShown) {
  restored();
  start(shared_settings());
  const StateView view = phone.agent.view();
  EXPECT_EQ(view.remote.do_not_disturb, DoNotDisturb::kReject);
  EXPECT_TRUE(view.remote.hunt_group);
  EXPECT_TRUE(view.remote.privacy);
  ASSERT_EQ(view.remote.lines.size(), 2U);
  EXPECT_TRUE(view.remote.lines[0].messages);
  EXPECT_EQ(view.remote.lines[0].mailbox, (Mailbox{.fresh = 3, .old = 4}));
  EXPECT_EQ(view.remote.lines[0].forward.number, "1007");
  EXPECT_TRUE(view.remote.lines[1].forward.to_voicemail);
  ASSERT_EQ(view.remote.texts.size(), 1U);
  EXPECT_EQ(view.remote.texts[0].text, "stays");
  ASSERT_EQ(view.features.shared_calls.size(), 1U);
  EXPECT_EQ(view.features.shared_calls[0].state, SharedCallState::kHeld);
  EXPECT_EQ(view.features.shared_calls[0].remote_name, "Bob");
  EXPECT_EQ(view.features.shared_calls[0].call_id, "c@cucm");
  ASSERT_EQ(view.features.parked_calls.size(), 1U);
  EXPECT_EQ(view.features.parked_calls[0].state, "reminder");
  // What is written is what was read, and what the call manager tells next is kept in its place.
  EXPECT_TRUE(phone.agent.take_changed());
  const Message update = outside("REFER",
                                 {{"Refer-To", "cid:1@cucm1"},
                                  {"Require", "norefersub"},
                                  {"Content-Type", "application/x-cisco-remotecc-request+xml"}},
                                 "<x-cisco-remotecc-request><bulkupdate><contact line=\"1\"><mwi>no</mwi></contact>"
                                 "</bulkupdate></x-cisco-remotecc-request>");
  EXPECT_EQ(said_to(update).status, 202);
  EXPECT_TRUE(phone.agent.take_changed());
  EXPECT_EQ(phone.world.told, absl::StrReplaceAll(kTold, {{"messages 1\nfresh 3", "messages 0\nfresh 0"}}));
}

TEST_F(F94_TellsTheNextProcess, DoNotDisturbIsInForceBeforeItIsToldAgain) {
  restored();
  start(shared_settings());
  Message invite = outside("INVITE", {}, "");
  EXPECT_EQ(said_to(invite).status, 486);
}

TEST_F(F94_TellsTheNextProcess, AnotherServersSharedCallsAreNotKept) {
  restored(absl::StrReplaceAll(kTold, {{"shared_server cucm1", "shared_server elsewhere"}}));
  start(shared_settings());
  EXPECT_TRUE(phone.agent.view().features.shared_calls.empty());
}

TEST_F(F94_TellsTheNextProcess, NorThoseThatAProtectedPhoneMayNotHave) {
  restored();
  Settings made = shared_settings();
  made.protected_device = true;
  start(made);
  EXPECT_TRUE(phone.agent.view().features.shared_calls.empty());
}

TEST_F(F94_TellsTheNextProcess, NothingIsWrittenBeforeAllIsTakenOver) {
  phone.agent.restore_told(kTold, phone.now);
  start(shared_settings());
  EXPECT_TRUE(phone.agent.take_changed());
  EXPECT_EQ(phone.world.told, "") << "media has not said yet which calls there are";
  phone.agent.restore("", {}, phone.now);
  phone.agent.take_changed();
  EXPECT_EQ(phone.agent.view().features.parked_calls.size(), 1U);
}

TEST_F(F94_TellsTheNextProcess, ParkedCallsAreToldOfInTheSubscriptionOfTheProcessBefore) {
  restored(cat(kTold,
               "told_of call-1\ntold_of_park 1\ntold_call_id park@phone\ntold_local_tag mine\ntold_remote_tag theirs\n"
               "told_cseq 201\n"));
  start(shared_settings());
  const auto told = [&](uint32_t cseq, const std::string& event, const std::string& state) {
    Message notify = outside(
        "NOTIFY", {{"Event", "refer"}, {"Subscription-State", state}, {"Content-Type", "application/dialog-info+xml"}},
        cat("<dialog-info state=\"full\"><dialog id=\"71\"><state>", event == "retrieved" ? "terminated" : "confirmed",
            "</state><park><event>", event,
            "</event></park><remote><identity>sip:71@c</identity></remote></dialog>"
            "</dialog-info>"));
    for (HeaderField& field : notify.fields) {
      if (field.name == "Call-ID") field.value = "park@phone";
      if (field.name == "From") field.value = "<sip:cucm1>;tag=theirs";
      if (field.name == "To") field.value = "<sip:2222@cucm1>;tag=mine";
      if (field.name == "CSeq") field.value = cat(cseq, " NOTIFY");
    }
    return said_to(notify).status;
  };
  EXPECT_EQ(told(201, "parked", "active"), 500) << "it had been told before";
  EXPECT_EQ(told(202, "parked", "active;expires=600"), 200);
  EXPECT_EQ(phone.agent.view().features.parked_calls[0].state, "parked");
  EXPECT_EQ(told(203, "retrieved", "terminated;reason=noresource"), 200);
  EXPECT_TRUE(phone.agent.view().features.parked_calls.empty());
  EXPECT_EQ(told(204, "retrieved", "terminated"), 481);
}

TEST_F(F94_TellsTheNextProcess, APublishedDoNotDisturbIsRenewedWithItsServer) {
  restored(
      "published_to cucm1\npublished_tag tag7\npublished_call_id p@phone\npublished_local_tag mine\npublished_cseq "
      "101\n");
  start(shared_settings());
  ASSERT_FALSE(publishes.empty());
  EXPECT_EQ(publishes[0].field("SIP-If-Match"), "tag7");
  EXPECT_EQ(publishes[0].call_id, "p@phone");
  EXPECT_GT(publishes[0].cseq, 101U);
  EXPECT_EQ(publishes[0].body, "") << "a refresh";
}

TEST_F(F94_TellsTheNextProcess, AnyBytesOnFlashAreBounded) {
  std::string many;
  for (int i = 0; i < 2000; ++i)
    many += cat("line \nfresh 99999999999999\nshared x", i, "\nshared_state 77\nparked ", i,
                "\nasked_of c\nasked conference\ntold_of c\ntold_call_id ", i,
                "\ntold_local_tag a\ntold_remote_tag b\nparticipant ", i, "\ntext_line 99999\ntext t\n");
  restored(cat("do_not_disturb 9\nconference 7\n", many, std::string(5000, '%'), "\n\n \nforward %zz"));
  start(shared_settings());
  const StateView view = phone.agent.view();
  EXPECT_EQ(view.remote.lines.size(), 2U);
  EXPECT_EQ(view.remote.do_not_disturb, DoNotDisturb::kOff);
  EXPECT_LE(view.remote.lines[0].mailbox.fresh, 99999U);
  EXPECT_LE(view.features.shared_calls.size(), 64U);
  EXPECT_LE(view.features.parked_calls.size(), 16U);
  EXPECT_FALSE(view.features.roster.has_value()) << "there is no conference";
}

}  // namespace
}  // namespace phone::signaling
