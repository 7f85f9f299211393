// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Codes before a call goes on (F78), and what soft keys ask of the call manager (F94), on a whole phone. What is
// asserted crossed the wire, or is in the phone's status.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/system/scene/hosted_scene.hpp"
#include "tests/system/scene/wire.hpp"

namespace phone::system {
namespace {

class F78_Codes_Lab : public HostedScene {
 protected:
  // Distinct from every number and time that may be in a log.
  static constexpr char kAuthorization[] = "73190246", kMatter[] = "85520917";
  void begin_with_codes() {
    begin({"--unprotected", "--wire", "--set", "sipProfile/kpml=3", "--set", "sipProfile/T302Timer=4000",
           "--authorization-code", kAuthorization, "--client-matter-code", kMatter});
  }
  void press(const std::string& keys) {
    EXPECT_TRUE(rig::poll_until(kPatience, [&] {
      const auto typed = rig::run(
          {.argv = phone_->inside() +
                   std::vector<std::string>{
                       "sh", "-c", absl::StrCat("printf '%s\\n' '", keys, "' | /usr/lib/phone/phonectl digits")}});
      return typed.ok() && typed->exit_code == 0;
    })) << status().dump(1);
  }
  bool wants(const std::string& kind, int digits) {
    return calls_become([&](const std::vector<json>& all) {
      return all.size() == 1 && all[0].value("codeWanted", "") == kind && all[0].value("codeDigits", 0) == digits;
    });
  }
  // Below these directories, in every file.
  static std::string files_with(const std::filesystem::path& below, const std::string& text) {
    std::string found;
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(below, error)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream content;
      content << in.rdbuf();
      if (absl::StrContains(content.str(), text)) absl::StrAppend(&found, entry.path().string(), " ");
    }
    return found;
  }
};

// Scenario 5 of cucm-calls.md L: both are asked for in order, masked, and are nowhere. A wrong one is below.
TEST_F(F78_Codes_Lab, Scenario05_FacAndCmc) {
  begin_with_codes();
  size_t before = events();
  works("call 6001");
  EXPECT_EQ(event("code-asked", before).value("kind", ""), "authorization");
  EXPECT_TRUE(wants("CODE_KIND_AUTHORIZATION", 0)) << status().dump(1);
  EXPECT_TRUE(shows("authorization code, then #:"));
  press("731999<<");
  EXPECT_TRUE(wants("CODE_KIND_AUTHORIZATION", 4)) << status().dump(1);
  EXPECT_TRUE(shows("authorization code, then #: ****"));
  press("0246#");
  const json first = event("code", before, "kind", "authorization");
  EXPECT_TRUE(first.value("right", false)) << first.dump();
  EXPECT_EQ(first.value("ended_by", ""), "#");
  // The second ends by itself when no more keys come.
  EXPECT_TRUE(wants("CODE_KIND_CLIENT_MATTER", 0)) << status().dump(1);
  press(kMatter);
  EXPECT_TRUE(wants("CODE_KIND_CLIENT_MATTER", 8)) << status().dump(1);
  const json second = event("code", before, "kind", "client-matter");
  EXPECT_TRUE(second.value("right", false)) << second.dump();
  EXPECT_EQ(second.value("ended_by", ""), "time");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) {
    return all.size() == 1 && all[0].value("state", "") == "CALL_STATE_ESTABLISHED" && !all[0].contains("codeWanted");
  })) << status().dump(1);
  EXPECT_TRUE(crossed(*lab_,
                      {{"phone", "INVITE", {}},
                       {"lab", "REFER", {"DtZipZip", "statuslineupdatereq"}},
                       {"lab", "SUBSCRIBE", {"Event: kpml"}},
                       {"phone", "NOTIFY", {"digits=\"bs\""}},
                       {"phone", "NOTIFY", {"digits=\"#\""}},
                       {"lab", "REFER", {"DtZipZip", "statuslineupdatereq"}},
                       {"phone", "NOTIFY", {"code=\"423\""}},
                       {"lab", "SUBSCRIBE", {"Expires: 0"}},
                       {"lab", "180 INVITE", {}},
                       {"lab", "200 INVITE", {}},
                       {"phone", "ACK", {}}},
                      before));
  // The call manager does not wait for this one before it rings the far end.
  EXPECT_TRUE(crossed(*lab_, {{"lab", "SUBSCRIBE", {"Expires: 0"}}, {"phone", "NOTIFY", {"terminated"}}}, before));
  works("hangup");

  for (const char* code : {kAuthorization, kMatter}) {
    EXPECT_EQ(files_with(stage_->root() / "log", code), "");
    for (const char* service : {"signaling", "media", "policy", "trust_store"})
      EXPECT_EQ(files_with(stage_->state(service), code), "") << service;
    for (const char* words : {"status --json", "history --json", "metrics", "events --for 1", "lines"})
      EXPECT_FALSE(absl::StrContains(say(words), code)) << words;
  }
}

// Scenario 4 of cucm-calls.md L: a number is completed key by key; keys before the SUBSCRIBE come in order.
TEST_F(F78_Codes_Lab, Scenario04_Overlap) {
  begin({"--unprotected", "--wire", "--overlap", "--set", "sipProfile/kpml=1", "--set", "sipProfile/T302Timer=4000"});
  size_t before = events();
  works("call 60");
  press("09<");
  press("1");
  EXPECT_EQ(event("overlap", before).value("number", ""), "6001");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) {
    return all.size() == 1 && all[0].value("state", "") == "CALL_STATE_ESTABLISHED";
  })) << status().dump(1);
  EXPECT_TRUE(crossed(*lab_,
                      {{"phone", "INVITE", {"INVITE sip:60@"}},
                       {"lab", "SUBSCRIBE", {"Event: kpml"}},
                       {"phone", "200 SUBSCRIBE", {}},
                       {"phone", "NOTIFY", {"digits=\"0\""}},
                       {"phone", "NOTIFY", {"digits=\"9\""}},
                       {"phone", "NOTIFY", {"digits=\"bs\""}},
                       {"phone", "NOTIFY", {"digits=\"1\""}},
                       {"phone", "NOTIFY", {"code=\"423\""}},
                       {"lab", "SUBSCRIBE", {"Expires: 0"}},
                       {"lab", "200 INVITE", {}}},
                      before));
  works("hangup");
  before = events();
  works("call 60");
  press("77#");
  EXPECT_TRUE(
      crossed(*lab_, {{"phone", "NOTIFY", {"digits=\"#\""}}, {"lab", "404 INVITE", {}}, {"phone", "ACK", {}}}, before));
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return absl::StrContains(signaling().dump(), "refused: 404"); }))
      << signaling().dump(1);
}

// Scenario 4's variant: kpml is for calls alone (2), so a number is whole when it is dialled.
TEST_F(F78_Codes_Lab, Scenario04_NoKeysWhileDiallingWhereTheConfigurationHasNone) {
  begin({"--unprotected", "--wire", "--overlap", "--set", "sipProfile/kpml=2"});
  const size_t before = events();
  works("call 60");
  EXPECT_EQ(event("keys-refused", before)["status"], 489);
  EXPECT_TRUE(
      crossed(*lab_, {{"lab", "SUBSCRIBE", {"Event: kpml"}}, {"phone", "489 SUBSCRIBE", {}}, {"lab", "484 INVITE", {}}},
              before));
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return absl::StrContains(signaling().dump(), "refused: 484"); }))
      << signaling().dump(1);
}

TEST_F(F78_Codes_Lab, AWrongOneIsRefusedWithTheCallManagersReason) {
  begin_with_codes();
  const size_t before = events();
  works("call 6001");
  event("code-asked", before);
  press("1234#");
  EXPECT_FALSE(event("code", before).value("right", true));
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return absl::StrContains(signaling().dump(), "refused: 603 Invalid authorization code");
  })) << signaling().dump(1);
  EXPECT_TRUE(calls().empty());
  for (const json& one : lab_->events()) EXPECT_NE(one.value("kind", ""), "client-matter") << one.dump();
}

class F94_SoftKeys_Lab : public HostedScene {};

TEST_F(F94_SoftKeys_Lab, ForwardAllIsTheUsersWishAndTheCallManagersWord) {
  begin({"--unprotected"});
  const auto forwarded = [&] { return signaling().value("line", json::array()).at(0).value("forwardedTo", ""); };
  size_t before = events();
  works("forward 1005");
  EXPECT_EQ(event("forward-all", before).value("target", ""), "1005");
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return forwarded() == "1005"; })) << signaling().dump(1);
  EXPECT_TRUE(shows("calls go to 1005"));
  before = events();
  works("forward off");
  EXPECT_EQ(event("forward-all", before).value("target", "x"), "");
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return forwarded().empty(); })) << signaling().dump(1);
  EXPECT_TRUE(absl::StrContains(refused("forward 1005 --line 7"), "the phone has no such line"));
}

TEST_F(F94_SoftKeys_Lab, WatchedNumbersAreShownAsTold) {
  begin({"--unprotected", "--watch", "1005", "--watch", "1006"});
  EXPECT_TRUE(shows("Desk 1005: unknown"));
  order("notify -from=1005 presence number=1005 activity=alerting");
  EXPECT_TRUE(shows("Desk 1005: ringing, phonectl pickup at 1005"));
  order("notify -from=1005 presence number=1005 activity=on-the-phone");
  EXPECT_TRUE(shows("Desk 1005: in a call"));
  order("notify -from=1006 presence number=1006 activity=dnd");
  EXPECT_TRUE(shows("Desk 1006: do not disturb"));
  order("notify -from=1005 presence number=1005");
  EXPECT_TRUE(shows("Desk 1005: idle"));
  for (const char* spoilt : {"truncated", "elements", "entities", "doubled"}) {
    const size_t before = events();
    order(absl::StrCat("notify -spoil=", spoilt, " -from=1005 presence number=1005 activity=dnd"));
    EXPECT_EQ(event("control-answered", before)["status"], 400) << spoilt;
  }
  EXPECT_TRUE(shows("Desk 1005: idle"));
  size_t before = events();
  works("pickup at 1005");
  EXPECT_EQ(event("hosted-invite", before).value("called", ""), "x-cisco-serviceuri-blfpickup-1005");
  for (const json& one : lab_->events()) EXPECT_NE(one.value("event", ""), "subscribed") << one.dump();
}

TEST_F(F94_SoftKeys_Lab, ACallManagerThatWantsToBeAskedIsAsked) {
  begin({"--unprotected", "--watch", "1005", "--presence-by-subscription", "--set",
         "sipProfile/sipStack/timerSubscribeExpires=240"});
  const json asked = event("subscribed", 0);
  EXPECT_TRUE(absl::StrContains(asked.value("accept", ""), "application/pidf+xml"));
  EXPECT_EQ(asked.value("expires", ""), "240");
  EXPECT_TRUE(shows("Desk 1005: in a call"));
}

// RFC 6665 section 8.3.2, either way: what the call manager does not serve is said and left alone, and so is what the
// phone does not.
TEST_F(F94_SoftKeys_Lab, AnEventPackageThatIsNotServedIsAskedForOnce) {
  begin(
      {"--unprotected", "--watch", "1005", "--watch", "1006", "--presence-by-subscription", "--feature-refuse", "489"});
  EXPECT_TRUE(shows("Desk 1005: not shown, the call manager does not serve the event package presence"));
  EXPECT_TRUE(shows("Desk 1006: not shown, the call manager does not serve the event package presence"));
  EXPECT_LT(told_at("subscription.unknown", "489 Bad Event", 0), 1e18);
  for (const char* package : {"x-unknown", "reg"}) {
    const size_t before = events();
    order(absl::StrCat("notify ", package, " content=x"));
    EXPECT_EQ(event("control-answered", before)["status"], 489) << package;
  }
  size_t asked = 0;
  for (const json& one : lab_->events()) asked += one.value("event", "") == "subscribed" ? 1 : 0;
  EXPECT_EQ(asked, 1U) << "for either number";
}

TEST_F(F94_SoftKeys_Lab, ARefusalHasTheCallManagersWords) {
  begin({"--unprotected", "--watch", "1005", "--presence-by-subscription", "--feature-refuse", "403"});
  EXPECT_TRUE(shows("Desk 1005: not shown, the call manager refused: 403 Refused (the lab refuses it)"));
  EXPECT_TRUE(absl::StrContains(refused("huntgroup"), "the call manager refused: 403 Refused (the lab refuses it)"));
  EXPECT_TRUE(absl::StrContains(refused("forward 1005"), "403 the lab refuses it"));
  EXPECT_TRUE(absl::StrContains(refused("pickup"), "403 the lab refuses it"));
  talks_to("6001");
  for (const char* words : {"park", "malicious", "divert", "qualityreport"})
    EXPECT_TRUE(absl::StrContains(refused(words), "the lab refuses it")) << words;
  talks_to("6003");
  EXPECT_TRUE(absl::StrContains(refused("conference"), "the lab refuses it"));
  EXPECT_TRUE(shows("conference: the call manager refused: 403 Refused (the lab refuses it)"));
  event("softkey", 0, "key", "Cancel");
  EXPECT_EQ(calls().size(), 2U);
}

// Scenario 9 of cucm-calls.md L, its directed park: the number's button shows what is there, a call is parked there and
// fetched with the button's prefix, and a number that is taken or unknown gives the call back.
TEST_F(F94_SoftKeys_Lab, Scenario09_DirectedPark) {
  begin({"--unprotected", "--wire", "--park-slot", "701=*8"});
  EXPECT_TRUE(shows("Park 701: unknown"));
  order("notify -from=701 presence number=701");
  EXPECT_TRUE(shows("Park 701: free, phonectl park --at 701"));
  EXPECT_TRUE(absl::StrContains(refused("fetch 702"), "no button of this phone is for that park number"));
  talks_to("6001");
  works("park --at 702");
  EXPECT_TRUE(shows("the call was not parked: the target refused: 404 Not Found"));
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) {
    return all.size() == 1 && all[0].value("hasUser", false);
  })) << status().dump(1);
  size_t before = events();
  works("park --at 701");
  EXPECT_TRUE(shows("Park 701: a call is parked, phonectl fetch 701"));
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) { return all.empty(); })) << status().dump(1);
  EXPECT_TRUE(absl::StrContains(signaling().dump(), "parked at 701"));
  EXPECT_TRUE(crossed(*lab_,
                      {{"phone", "INVITE", {"a=sendonly"}},
                       {"phone", "REFER", {"Refer-To: <sip:x-cisco-serviceuri-dpark-701@"}},
                       {"lab", "202 REFER", {}},
                       {"lab", "NOTIFY", {"Event: refer", "SIP/2.0 100"}},
                       {"lab", "NOTIFY", {"Event: refer", "SIP/2.0 200"}},
                       {"phone", "BYE", {}}},
                      before));
  talks_to("6003");
  works("park --at 701");
  EXPECT_TRUE(shows("the call was not parked: the target refused: 486 Busy Here"));
  works("hangup");
  before = events();
  works("fetch 701");
  EXPECT_EQ(event("hosted-invite", before).value("called", ""), "*8701");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) {
    return all.size() == 1 && all[0].value("remoteNumber", "") == "6001" &&
           all[0].value("state", "") == "CALL_STATE_ESTABLISHED";
  })) << status().dump(1);
  EXPECT_TRUE(shows("Park 701: free"));
}

// Scenario 12 of cucm-calls.md L; texts and other features besides, and the state of the hook (2.11).
TEST_F(F94_SoftKeys_Lab, Scenario12_ParkPickup) {
  begin({"--unprotected", "--wire", "--hook-status"});
  works("huntgroup");
  EXPECT_TRUE(shows("logged in to the hunt group"));
  works("privacy");
  EXPECT_TRUE(shows("calls of shared lines are private"));
  talks_to("6001");
  works("malicious");
  EXPECT_TRUE(shows("MCID Successful"));
  works("park");
  EXPECT_TRUE(shows("parked at 71: parked"));
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) { return all.empty(); }));
  order("bridge parked=reminder");
  EXPECT_TRUE(shows("parked at 71: reminder"));
  order("bridge parked=retrieved");
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return !signaling().contains("parkedCall"); })) << signaling().dump(1);
  EXPECT_TRUE(crossed(*lab_, {{"phone", "REFER", {"<softkeyevent>ParkMonitor<"}},
                              {"lab", "202 REFER", {}},
                              {"lab", "NOTIFY", {"Event: refer", "parmams", ">parked<"}},
                              {"lab", "REFER", {"statuslineupdatereq"}},
                              {"lab", "BYE", {}},
                              {"lab", "NOTIFY", {">reminder<"}},
                              {"lab", "NOTIFY", {"terminated;reason=noresource", ">retrieved<"}},
                              {"phone", "200 NOTIFY", {}}}));
  // The call manager does not wait for this one before it says where the call went.
  EXPECT_TRUE(crossed(*lab_, {{"lab", "NOTIFY", {">parked<"}}, {"phone", "200 NOTIFY", {}}}));
  works("hook off");
  EXPECT_EQ(event("hook-status", 0).value("state", ""), "trying");
  works("hook on");
  EXPECT_TRUE(absl::StrContains(event("hook-status", 0, "state", "terminated").value("entity", ""), "sip:1001@"));
  works("pickup");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) { return all.size() == 1; }));
  EXPECT_TRUE(crossed(*lab_, {{"phone", "INVITE", {"INVITE sip:x-cisco-serviceuri-pickup@"}},
                              {"lab", "200 INVITE", {"Remote-Party-ID: "}},
                              {"phone", "ACK", {}}}));
  works("divert");
  EXPECT_TRUE(calls_become([](const std::vector<json>& all) { return all.empty(); })) << status().dump(1);
}

}  // namespace
}  // namespace phone::system
