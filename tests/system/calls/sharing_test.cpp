// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Who may listen, on a whole phone (F49 to F57): the rows of the article's tables as live calls. The lab's call manager
// mixes a bridge of RTP legs, encrypted and in clear; the level changes in the middle of a call. What a listener beside
// each wire can decode agrees with what the phone says.
#include "tests/system/scene/hosted_scene.hpp"
#include "tests/system/scene/wire.hpp"

namespace phone::system {
namespace {

constexpr double kSoon = 0.3;  // seconds

class Sharing : public HostedScene {
 protected:
  // 6001 and another party, made a conference.
  void confer(const std::string& other, const std::string& expected) {
    talks_to("6001");
    talks_to(other);
    const size_t before = events();
    const std::string said = say("conference");
    EXPECT_TRUE(absl::StrContains(said, expected)) << said;
    const nlohmann::json key = event("softkey", before, "key", "Conference");
    EXPECT_EQ(key.value("call", ""), "6001") << key.dump();
    EXPECT_EQ(key.value("consultation", ""), other);
    EXPECT_TRUE(key.value("tags", false));
    EXPECT_TRUE(key.value("subscribes", false));
    event("level", before, "named", "true");
    EXPECT_TRUE(calls_become([](const std::vector<json>& all) {
      return all.size() == 1 && all[0].value("remoteName", "") == "Conference" && all[0].value("conference", false) &&
             all[0].value("hasUser", false) && all[0].value("asked", "").empty();
    })) << status().dump(1);
  }
  // The level that the call manager tells next is the one that the phone shows, at once.
  void follows(const std::string& order_line, const std::string& named, const std::string& shown,
               const std::string& word, const std::string& symbol) {
    const size_t before = events();
    order(order_line);
    const json told = event("level", before, "level", named);
    const double at = told.value("time", 0.0);
    EXPECT_LT(told_at("call.security", absl::StrCat("is now ", word), at - 0.05) - at, kSoon);
    EXPECT_TRUE(is(shown)) << status().dump(1);
    EXPECT_EQ(icon(calls().at(0)), symbol);
  }
  // The indication tones that were played.
  json tones() {
    json all = json::array();
    for (const json& stream : status().value("media", json::object()).value("stream", json::array())) {
      for (const json& tone : stream.value("tonePlayed", json::array())) {
        if (tone == "secure" || tone == "nonsecure") all.push_back(tone);
      }
    }
    return all;
  }
  bool hears_reorder() {
    const std::string file = (stage_->state("media") / "heard.wav").string();
    return rig::poll_until(absl::Seconds(10), [&] {
      for (const char* hertz : {"480", "620"}) {
        const auto heard = rig::run({.argv = {(stage_->bin() / "phone-lab").string(), "audio-check", file, "--hz",
                                              hertz, "--seconds", "0.5", "--minimum-purity", "0.2"}});
        if (!heard.ok() || heard->exit_code != 0) return false;
      }
      return true;
    });
  }
};

class F47_F49_F52_SecureConference_Lab : public Sharing {
 protected:
  // In a conference with its roster, with the lamp lit, a forward, a call on a shared line and do not disturb: the next
  // process has all of it, and the call manager tells nothing of it again.
  void outlives_signaling() {
    order("refer bulkupdate line=1 mwi=yes new=3 old=1 + cfwdallupdate linenumber=1 tovoicemail=off fwdaddress=1005");
    order("bridge shared=6002");
    works("dnd on");
    const auto told = [&](const json& state) {
      const json line = state.value("line", json::array()).at(0);
      return line.value("messagesWaiting", false) && line.value("forwardedTo", "") == "1005" &&
             state.value("sharedCall", json::array()).size() == 1 &&
             state.value("roster", json::object()).value("participant", json::array()).size() == 2 &&
             state.value("doNotDisturb", "") == "DO_NOT_DISTURB_REJECT";
    };
    EXPECT_TRUE(rig::poll_until(kPatience, [&] { return told(signaling()); })) << signaling().dump(1);
    const std::string session = calls().at(0).value("sessionId", "");
    const size_t before = events();
    ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
    ASSERT_TRUE(becomes_registered(absl::Seconds(30)));
    EXPECT_TRUE(rig::poll_until(kPatience, [&] { return told(signaling()) && calls().size() == 1; }))
        << signaling().dump(1);
    EXPECT_TRUE(calls().at(0).value("conference", false));
    EXPECT_EQ(calls().at(0).value("sessionId", ""), session);
    EXPECT_TRUE(crossed(*lab_, {{"phone", "PUBLISH", {"SIP-If-Match: "}}}, before)) << "its do not disturb is renewed";
    EXPECT_EQ(times_crossed(*lab_, {"lab", "REFER", {"bulkupdate"}}, before), 0U);
    EXPECT_EQ(times_crossed(*lab_, {"lab", "NOTIFY", {"Event: dialog"}}, before), 0U);
    works("dnd off");
  }
};

TEST_F(F47_F49_F52_SecureConference_Lab, OneMemberThatIsNotSecureMakesItNotSecureAndTheWiresAgree) {
  begin({"--unprotected"});
  confer("6002", "the call will not be secure: not every participant is better protected");
  EXPECT_TRUE(is("SECURITY_LEVEL_NOT_AUTHENTICATED")) << status().dump(1);
  EXPECT_EQ(icon(calls().at(0)), "ICON_NONE");
  EXPECT_TRUE(
      absl::StrContains(phone_->phonectl_text({"status"}).output, "the call manager reports: not authenticated"));
  // Our leg is SRTP; beyond the bridge somebody beside the wire of 6002 hears us.
  json now = wires();
  EXPECT_TRUE(now["leg"][0].value("encrypted", false)) << now.dump(1);
  EXPECT_EQ(now["leg"][0]["authentic"], now["leg"][0]["packets"]);
  EXPECT_GT(now["leg"][0].value("heard", 0.0), 0.8);
  EXPECT_LT(now["leg"][0].value("tapped", 1.0), 0.2);
  EXPECT_GT(party(now, "6002").value("tapped", 0.0), 0.2) << now.dump(1);
  EXPECT_GT(party(now, "6001").value("heard", 0.0), 0.2);
  EXPECT_LT(party(now, "6001").value("tapped", 1.0), 0.05);

  // He leaves: the lock comes back, and no wire says anything to a listener.
  follows("bridge leave=6002", "Encrypted", "SECURITY_LEVEL_ENCRYPTED", "encrypted", "ICON_LOCK");
  EXPECT_FALSE(calls().at(0)["security"].value("toCallManagerOnly", false));
  now = wires();
  ASSERT_EQ(now["party"].size(), 1U) << now.dump(1);
  EXPECT_LT(now["leg"][0].value("tapped", 1.0), 0.2);
  EXPECT_LT(party(now, "6001").value("tapped", 1.0), 0.05);
  EXPECT_GT(party(now, "6001").value("heard", 0.0), 0.8);
  follows("bridge join=6002", "NotAuthenticated", "SECURITY_LEVEL_NOT_AUTHENTICATED", "not secure", "ICON_NONE");
  EXPECT_TRUE(tones().empty()) << "a phone that is not protected never plays an indication tone: " << tones().dump();
}

// Scenario 10 of cucm-calls.md L: all secure is secure, and its roster is served; what was told outlives signaling.
TEST_F(F47_F49_F52_SecureConference_Lab, Scenario10_Conference) {
  begin({"--unprotected", "--wire", "--set", "sipProfile/sipLines/line/sharedLine=true"});
  confer("6003", "the call will be encrypted");
  EXPECT_TRUE(crossed(*lab_, {{"phone", "REFER", {"<softkeyevent>Conference<", "<consultdialogid>"}},
                              {"lab", "202 REFER", {}},
                              {"lab", "NOTIFY", {"Event: refer", "active;expires=60"}},
                              {"lab", "NOTIFY", {"terminated;reason=noresource", "<code>200<"}},
                              {"lab", "REFER", {"holdretrievereq"}},
                              {"lab", "BYE", {}},
                              {"phone", "INVITE", {"a=sendrecv"}},
                              {"lab", "UPDATE", {"Remote-Party-ID: "}}}));
  EXPECT_TRUE(is("SECURITY_LEVEL_ENCRYPTED")) << status().dump(1);
  const json now = wires();
  for (const char* number : {"6001", "6003"}) EXPECT_LT(party(now, number).value("tapped", 1.0), 0.05) << now.dump(1);

  works("participants");
  EXPECT_TRUE(shows("participant 6001: Party 6001"));
  outlives_signaling();
  size_t before = events();
  order("bridge roster=6003");
  EXPECT_EQ(event("hosted-answered", before, "method", "INFO")["status"], 200);
  EXPECT_TRUE(shows("participant 6003: Party 6003, on-hold, encrypted"));
  before = events();
  order("bridge roster=6003 package=x-unlisted");
  const json unlisted = event("hosted-answered", before, "method", "INFO");
  EXPECT_EQ(unlisted["status"], 469);
  EXPECT_EQ(unlisted.value("recv_info", ""), "conference");
  before = events();
  order("bridge roster=6003 broken");
  EXPECT_EQ(event("hosted-answered", before, "method", "INFO")["status"], 400);
  // Somebody else at the far end: another UUID there, the same here.
  const std::string own = calls().at(0).value("sessionId", "");
  before = events();
  order("bridge session");
  const json renamed = event("hosted-answered", before, "method", "UPDATE");
  EXPECT_TRUE(absl::StartsWith(renamed.value("session", ""), absl::StrCat(own, ";remote=feedfeed"))) << renamed.dump();
  EXPECT_TRUE(absl::StartsWith(calls().at(0).value("remoteSessionId", ""), "feedfeed"));
  EXPECT_EQ(calls().at(0).value("globalCall", ""), "2-1");
  EXPECT_TRUE(shows(absl::StrCat(own, " here, feedfeed")));
  before = events();
  works("participants mute 6003");
  EXPECT_EQ(event("page-choice", before).value("choice", ""), "Mute");
  event("page-choice", before, "choice", "6003");
  EXPECT_TRUE(shows("participant 6003: Party 6003, muted"));
  before = events();
  works("participants drop 6003");
  event("page-choice", before, "choice", "Remove");
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return signaling()["roster"]["participant"].size() == 1; }));
  EXPECT_TRUE(absl::StrContains(refused("participants drop 6003"), "the conference has no such participant"));
  works("participants drop");
  event("softkey", before, "key", "RmLastConf");
}

// Over UDP, as a nonsecure device's configuration may ask for (F22), and of each request the first datagram is lost.
TEST_F(F47_F49_F52_SecureConference_Lab, ANonsecureInitiatorMakesItNonsecure) {
  begin({"--unprotected", "--security-mode", "nonsecure", "--set", "transportLayerProtocol=2", "--udp-loses-first"});
  const json seen = event("registered", 0);
  EXPECT_EQ(seen.value("transport", ""), "UDP") << seen.dump();
  EXPECT_TRUE(absl::StrContains(seen.value("contact", ""), "transport=udp")) << seen.dump();
  EXPECT_EQ(signaling()["registration"][0].value("transport", ""), "UDP");
  EXPECT_FALSE(signaling()["registration"][0].value("clockTold", false)) << "it has not proved who it is";
  confer("6003", "the call will not be secure: this phone is no better protected");
  EXPECT_TRUE(is("SECURITY_LEVEL_NOT_AUTHENTICATED")) << status().dump(1);
  EXPECT_EQ(icon(calls().at(0)), "ICON_NONE");
  const json now = wires();
  EXPECT_FALSE(now["leg"][0].value("encrypted", true)) << now.dump(1);
  EXPECT_GT(now["leg"][0].value("tapped", 0.0), 0.8) << "our own wire says everything";
}

TEST_F(F47_F49_F52_SecureConference_Lab, AFailureOfTheCallManagerIsSaidAndBothCallsStay) {
  begin({"--unprotected", "--conference-code", "500"});
  talks_to("6001");
  const size_t before = events();
  works("conference 6003");
  EXPECT_TRUE(absl::StrContains(event("hosted-offer", before).value("call_info", ""),
                                "<urn:x-cisco-remotecc:hold>; reason= conference; protect= true; noholdreversion"));
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) {
    return all.size() == 2 && all[1].value("state", "") == "CALL_STATE_ESTABLISHED";
  }));
  works("conference");
  EXPECT_TRUE(shows("conference: the call manager refused: 500 No Conference Bridge"));
  EXPECT_EQ(calls().size(), 2U);
}

// Scenario 11 of cucm-calls.md L: three calls are joined.
TEST_F(F47_F49_F52_SecureConference_Lab, Scenario11_JoinSelect) {
  begin({"--unprotected", "--wire"});
  talks_to("6001");
  talks_to("6003");
  talks_to("6002");
  const size_t before = events();
  works("join");
  event("softkey", before, "key", "Select");
  event("softkey", before, "key", "Join");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) {
    return all.size() == 1 && all[0].value("conference", false) && all[0].value("asked", "").empty();
  })) << status().dump(1);
  EXPECT_TRUE(is("SECURITY_LEVEL_NOT_AUTHENTICATED"));
  EXPECT_TRUE(crossed(*lab_, {{"phone", "REFER", {"<softkeyevent>Select<"}},
                              {"lab", "202 REFER", {}},
                              {"phone", "REFER", {"<softkeyevent>Select<"}},
                              {"lab", "202 REFER", {}},
                              {"phone", "REFER", {"<softkeyevent>Join<"}},
                              {"lab", "202 REFER", {}},
                              {"lab", "REFER", {"notifyreq", "Complete"}},
                              {"phone", "202 REFER", {}}}));
}

class F53_MeetMe_Lab : public Sharing {};

TEST_F(F53_MeetMe_Lab, ARefusalHasItsWordsWhereverTheyCome) {
  begin({"--unprotected", "--security-mode", "nonsecure", "--meet-me", "7000=encrypted"});
  constexpr char kWords[] = "Does not meet Security Level, call rejected";
  const std::string in_warning = absl::StrCat("488 Not Acceptable Here (", kWords, ")");
  for (const auto& [where, said] : {std::pair{"phrase", absl::StrCat("488 ", kWords)},
                                    {"warning", in_warning},
                                    {"phrase", absl::StrCat("488 ", kWords)},
                                    {"reason", in_warning}}) {
    order(absl::StrCat("bridge words=", where));
    const size_t before = events();
    EXPECT_TRUE(rig::poll_until(
        kPatience, [&, said = said] { return absl::StrContains(refused("meetme 7000"), said); },
        absl::Milliseconds(500)))
        << where;
    EXPECT_EQ(event("hosted-refused", before).value("called", ""), "x-cisco-serviceuri-meetme-7000");
  }
  order("bridge words=statusline");
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return absl::StrContains(refused("meetme 7000"), "488 Not Acceptable Here\n") &&
           absl::StrContains(phone_->phonectl_text({"status"}).output, kWords);
  }));
  EXPECT_TRUE(hears_reorder());
}

TEST_F(F53_MeetMe_Lab, OneWithANonsecureMinimumTakesEverybody) {
  begin({"--unprotected", "--meet-me", "7001=nonsecure", "--meet-me", "7002=encrypted"});
  works("meetme 7002");
  EXPECT_TRUE(is("SECURITY_LEVEL_ENCRYPTED")) << status().dump(1);
  works("hangup");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) { return all.empty(); }));
  works("meetme 7001");
  EXPECT_TRUE(is("SECURITY_LEVEL_ENCRYPTED")) << status().dump(1);
  EXPECT_EQ(calls().at(0).value("remoteName", ""), "Conference");
  follows("bridge join=6002", "NotAuthenticated", "SECURITY_LEVEL_NOT_AUTHENTICATED", "not secure", "ICON_NONE");
  const json now = wires();
  EXPECT_GT(party(now, "6002").value("tapped", 0.0), 0.6) << now.dump(1);
}

class F55_F56_F57_Barge_Lab : public Sharing {
 protected:
  static constexpr char kShared[] = "sipProfile/sipLines/line/sharedLine=true";
  void other_device_talks_to(const std::string& party) {
    order(absl::StrCat("bridge shared=", party));
    EXPECT_TRUE(rig::poll_until(kPatience, [&] { return signaling()["sharedCall"].size() == 1; }))
        << signaling().dump(1);
    EXPECT_TRUE(shows("in use remotely with "));
  }
};

// Scenario 13 of cucm-calls.md L: encrypted into encrypted is encrypted. The refused barge is below; a call answered
// elsewhere is in the unit tests.
TEST_F(F55_F56_F57_Barge_Lab, Scenario13_SharedLine) {
  begin({"--unprotected", "--wire", "--shared-by-subscription", "--set", kShared});
  EXPECT_TRUE(crossed(*lab_, {{"phone", "SUBSCRIBE", {"Event: dialog", "application/dialog-info+xml"}},
                              {"lab", "200 SUBSCRIBE", {}},
                              {"lab", "NOTIFY", {"Event: dialog"}},
                              {"phone", "200 NOTIFY", {}}}));
  other_device_talks_to("6001");
  const size_t before = events();
  works("barge");
  const json invite = event("hosted-invite", before);
  EXPECT_TRUE(absl::StrContains(invite.value("call_info", ""), "<urn:x-cisco-remotecc:barge>")) << invite.dump();
  EXPECT_EQ(invite.value("called", ""), "1001");
  EXPECT_TRUE(is("SECURITY_LEVEL_ENCRYPTED")) << status().dump(1);
  EXPECT_LT(party(wires(), "6001").value("tapped", 1.0), 0.05);
  works("hangup");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) { return all.empty(); }));
  const size_t again = events();
  works("barge --as conference");
  EXPECT_TRUE(absl::StrContains(event("hosted-invite", again).value("call_info", ""), "<urn:x-cisco-remotecc:cbarge>"));
  works("hangup");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) { return all.empty(); }));
  EXPECT_TRUE(absl::StrContains(refused("barge --as takeover"), "the call is not on hold at its device"));
  // The other device puts it on hold: it is taken over here. A new process asks for the state of the line again.
  order("bridge shared=6003 held");
  EXPECT_TRUE(shows("on hold with 6003")) << signaling().dump(1);
  const size_t death = events();
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30)));
  EXPECT_TRUE(crossed(*lab_, {{"phone", "SUBSCRIBE", {"Event: dialog"}}, {"lab", "NOTIFY", {"<hold/>"}}}, death));
  works("barge --as takeover");
  EXPECT_TRUE(crossed(*lab_,
                      {{"phone", "INVITE", {"Replaces: ", "<urn:x-cisco-remotecc:resume>"}},
                       {"lab", "NOTIFY", {"Event: dialog", "terminated"}},
                       {"lab", "200 INVITE", {}},
                       {"phone", "ACK", {}}},
                      death));
  EXPECT_TRUE(is("SECURITY_LEVEL_ENCRYPTED")) << status().dump(1);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return !signaling().contains("sharedCall"); })) << signaling().dump(1);
}

TEST_F(F55_F56_F57_Barge_Lab, EncryptedIntoNonsecureIsNonsecureEverywhere) {
  begin({"--unprotected", "--set", kShared});
  other_device_talks_to("6002");
  works("barge");
  EXPECT_TRUE(is("SECURITY_LEVEL_NOT_AUTHENTICATED")) << status().dump(1);
  EXPECT_EQ(icon(calls().at(0)), "ICON_NONE");
  const json now = wires();
  EXPECT_TRUE(now["leg"][0].value("encrypted", false));
  EXPECT_GT(party(now, "6002").value("tapped", 0.0), 0.8) << now.dump(1);
}

TEST_F(F55_F56_F57_Barge_Lab, NonsecureIntoEncryptedIsRefusedWithReorderTone) {
  begin({"--unprotected", "--security-mode", "nonsecure", "--set", kShared});
  order("bridge words=warning");
  other_device_talks_to("6001");
  const size_t before = events();
  EXPECT_TRUE(absl::StrContains(refused("barge"), "603 Decline (Failed to setup Barge)"));
  EXPECT_EQ(event("hosted-refused", before)["status"], 603);
  EXPECT_TRUE(hears_reorder());
  EXPECT_TRUE(calls().empty());
}

class F50_F51_F54_ProtectedPhone_Lab : public Sharing {};

TEST_F(F50_F51_F54_ProtectedPhone_Lab, TonesFollowTheLevelAndNothingIsShared) {
  begin({"--set", "sipProfile/sipLines/line/sharedLine=true"});
  talks_to("6001");
  EXPECT_TRUE(is("SECURITY_LEVEL_ENCRYPTED")) << status().dump(1);
  const auto played = [&](const json& wanted) { return rig::poll_until(kPatience, [&] { return tones() == wanted; }); };
  EXPECT_TRUE(played({"secure"})) << tones().dump();
  // The far end makes a conference of it.
  follows("bridge join=6002 named", "NotAuthenticated", "SECURITY_LEVEL_NOT_AUTHENTICATED", "not secure", "ICON_NONE");
  EXPECT_TRUE(played({"secure", "nonsecure"})) << tones().dump();
  EXPECT_EQ(calls().at(0).value("remoteName", ""), "Conference");
  follows("bridge leave=6002", "Encrypted", "SECURITY_LEVEL_ENCRYPTED", "encrypted", "ICON_LOCK");
  EXPECT_TRUE(played({"secure", "nonsecure", "secure"})) << tones().dump();

  constexpr char kNoConference[] = "this phone is protected: conferences are not available on it";
  constexpr char kNoSharing[] = "this phone is protected: shared lines are not available on it";
  EXPECT_TRUE(absl::StrContains(refused("conference 6003"), kNoConference));
  talks_to("6003");
  EXPECT_TRUE(absl::StrContains(refused("conference"), kNoConference));
  EXPECT_TRUE(absl::StrContains(refused("join"), kNoConference));
  EXPECT_TRUE(absl::StrContains(refused("mobility"), "this phone is protected: Extension Mobility is not available"));
  EXPECT_TRUE(shows(kNoSharing));
  const size_t before = events();
  order("bridge shared=6001");
  const json answer = event("control-answered", before);
  EXPECT_EQ(answer["status"], 403) << answer.dump();
  EXPECT_TRUE(absl::StrContains(answer.value("warning", ""), kNoSharing));
  EXPECT_TRUE(absl::StrContains(refused("barge"), kNoSharing));
  for (const json& one : lab_->events()) EXPECT_NE(one.value("event", ""), "softkey") << one.dump();
}

}  // namespace
}  // namespace phone::system
