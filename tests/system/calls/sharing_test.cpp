// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Who may listen, on a whole phone (F49 to F57): the rows of the article's tables as live calls. The lab's call manager
// mixes a bridge of RTP legs, encrypted and in clear; the level changes in the middle of a call. What a listener beside
// each wire can decode agrees with what the phone says.
#include "tests/system/scene/hosted_scene.hpp"

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

class F47_F49_F52_SecureConference_Lab : public Sharing {};

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

TEST_F(F47_F49_F52_SecureConference_Lab, AllSecureIsSecureAndItsRosterIsServed) {
  begin({"--unprotected"});
  confer("6003", "the call will be encrypted");
  EXPECT_TRUE(is("SECURITY_LEVEL_ENCRYPTED")) << status().dump(1);
  const json now = wires();
  for (const char* number : {"6001", "6003"}) EXPECT_LT(party(now, number).value("tapped", 1.0), 0.05) << now.dump(1);

  works("participants");
  EXPECT_TRUE(shows("participant 6001: Party 6001"));
  size_t before = events();
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

TEST_F(F47_F49_F52_SecureConference_Lab, ANonsecureInitiatorMakesItNonsecure) {
  begin({"--unprotected", "--security-mode", "nonsecure"});
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

TEST_F(F47_F49_F52_SecureConference_Lab, ThreeCallsAreJoined) {
  begin({"--unprotected"});
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

TEST_F(F55_F56_F57_Barge_Lab, EncryptedIntoEncryptedIsEncrypted) {
  begin({"--unprotected", "--set", kShared});
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
