// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F94 through the shipped processes: what the call manager orders by service-control fetches the configuration
// at once, without anybody touching the phone, and ends in a registration that says why. A call is not disturbed.
// Everything asserted crossed the wire between the phone and the lab, or is in the phone's status.
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"
#include "tests/system/scene/wire.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class F94_CallManagerOrders_Lab : public Scene {
 protected:
  static constexpr absl::Duration kPatience = absl::Seconds(30);
  static constexpr double kAtOnce = 5;  // seconds from the order to the download

  void begin(std::vector<std::string> arguments = {}) {
    fs::create_directories(files());
    arguments.insert(arguments.end(), {"--capf-mode", "none", "--plain-configuration", "--files", files().string()});
    serve(std::move(arguments));
  }
  void registered(std::vector<std::string> arguments = {}) {
    begin(std::move(arguments));
    ASSERT_TRUE(phone_->power_on().ok());
    ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  }
  fs::path files() const { return stage_->root() / "changed"; }
  // From now on the cluster serves another configuration; the phone is not told.
  void change(const std::string& stamp, std::vector<std::string> more) {
    const fs::path made = stage_->root() / "made";
    fs::create_directories(made);
    std::vector<std::string> words{(stage_->bin() / "phone-lab").string(),
                                   "config",
                                   "--dir",
                                   stage_->lab().string(),
                                   "--device",
                                   kDevice,
                                   "--host",
                                   rig::Lab::kAddress,
                                   "--out",
                                   made.string(),
                                   "--capf-mode",
                                   "none",
                                   "--plain-configuration",
                                   "--version-stamp",
                                   stamp};
    words.insert(words.end(), more.begin(), more.end());
    const auto outcome = rig::run({.argv = words}, absl::Seconds(60));
    ASSERT_TRUE(outcome.ok() && outcome->exit_code == 0) << (outcome.ok() ? outcome->output : "does not run");
    const std::string name = absl::StrCat(kDevice, ".cnf.xml.sgn");
    fs::permissions(made / name, fs::perms(0644));
    fs::rename(made / name, files() / name);
  }
  size_t events() const { return lab_->events().size(); }
  json event(const std::string& name, size_t skip, const std::string& key = "", const std::string& part = "") {
    const auto found = lab_->wait_for(
        [&](const json& one) {
          return one.value("event", "") == name && (key.empty() || absl::StrContains(one.value(key, ""), part));
        },
        kPatience, skip);
    EXPECT_TRUE(found.ok()) << name << " " << part;
    return found.ok() ? *found : json::object();
  }
  // The answer of the phone.
  json order(const std::string& line) {
    const size_t before = events();
    EXPECT_TRUE(rig::Lab::order(*stage_, line).ok());
    return event("control-answered", before);
  }
  double seconds_to_download(size_t before) {
    const json sent = event("control-sent", before);
    const json download = event("download", before, "name", ".cnf.xml.sgn");
    return download.value("time", 1e9) - sent.value("time", 0.0);
  }
  std::string time_zone() { return status().value("signaling", json::object()).value("timeZone", ""); }
  static std::vector<std::string> zone(const std::string& name) {
    return {"--set", absl::StrCat("devicePool/dateTimeSetting/olsonTimeZone=", name)};
  }
};

// Scenario 1 of cucm-calls.md L; then other stamps bring the new configuration.
TEST_F(F94_CallManagerOrders_Lab, Scenario01_Boot) {
  registered({"--wire"});
  if (HasFatalFailure()) return;
  EXPECT_TRUE(crossed(*lab_, {{"phone", "REFER", {"application/x-cisco-alarm+xml", "Date: "}},
                              {"lab", "202 REFER", {}},
                              {"phone", "REGISTER", {"<bulkregisterreq>", "<optionsind>", "cisco-alarm:25 ", "Date: "}},
                              {"lab", "200 REGISTER", {"x-cisco-newreg", "Date: ", "optionsind"}}}));
  EXPECT_EQ(order("refer dndupdate state=disable + hlogupdate status=off + bulkupdate line=all mwi=no + "
                  "service-control action=check-version")["status"],
            202);
  EXPECT_EQ(times_crossed(*lab_, {"phone", "SUBSCRIBE", {}}), 0U);
  EXPECT_EQ(times_crossed(*lab_, {"phone", "REGISTER", {"Expires: 0"}}), 0U) << "no restart";
  const json row = status()["signaling"]["registration"][0];
  EXPECT_EQ(row.value("transport", ""), "TLS");
  EXPECT_TRUE(row.value("clockTold", false)) << row.dump();
  size_t before = events();
  EXPECT_EQ(order("notify service-control action=check-version")["status"], 200);
  EXPECT_EQ(order("notify service-control action=check-version call-id=x@y")["status"], 400);

  change("{lab-0002}", zone("Asia/Tokyo"));
  EXPECT_EQ(order("notify service-control action=check-version config={lab-0001}")["status"], 200);
  for (const json& one : lab_->events()) EXPECT_NE(one.value("event", ""), "unregistered");

  before = events();
  EXPECT_EQ(order("notify service-control action=check-version config={lab-0002}")["status"], 200);
  EXPECT_LT(seconds_to_download(before), kAtOnce);
  EXPECT_TRUE(absl::StrContains(event("unregistered", before).value("reason", ""), "cisco-alarm:101 "));
  const json again = event("registered", before);
  EXPECT_TRUE(absl::StrContains(again.value("reason", ""), "Last=version-stamp-mismatch-config")) << again.dump();
  EXPECT_TRUE(becomes_registered(kPatience));
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return time_zone() == "Asia/Tokyo"; })) << status().dump(1);
}

// Scenario 15 of cucm-calls.md L; its recordings are in forks_test, its refusals below.
TEST_F(F94_CallManagerOrders_Lab, Scenario15_ServiceControlAndRecording) {
  registered();
  if (HasFatalFailure()) return;
  struct Order {
    const char *words, *reason;
  };
  int stamp = 10;
  for (const Order& one :
       {Order{"notify service-control action=reset", "cisco-alarm:22 "},
        Order{"notify service-control action=restart", "cisco-alarm:23 "},
        Order{"refer service-control action=restart", "cisco-alarm:23 "},
        Order{"notify service-control action=apply-config result=reregister_needed", "cisco-alarm:104 "}}) {
    const std::string place = ++stamp % 2 == 0 ? "Asia/Tokyo" : "Europe/Berlin";
    change(absl::StrCat("{lab-", stamp, "}"), zone(place));
    const size_t before = events();
    EXPECT_EQ(order(one.words)["status"], absl::StartsWith(one.words, "refer") ? 202 : 200) << one.words;
    EXPECT_LT(seconds_to_download(before), kAtOnce) << one.words;
    EXPECT_TRUE(absl::StrContains(event("unregistered", before).value("reason", ""), one.reason)) << one.words;
    EXPECT_TRUE(absl::StrContains(event("registered", before).value("reason", ""), one.reason)) << one.words;
    EXPECT_TRUE(rig::poll_until(kPatience, [&] { return time_zone() == place; })) << status().dump(1);
    EXPECT_TRUE(becomes_registered(kPatience));
  }
  // What changes nothing of the registration is in force without one.
  change("{lab-20}", zone("America/Chicago"));
  const size_t before = events();
  EXPECT_EQ(order("notify service-control action=apply-config result=config_applied")["status"], 200);
  EXPECT_LT(seconds_to_download(before), kAtOnce);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return time_zone() == "America/Chicago"; }));
  const auto all = lab_->events();
  for (size_t i = before; i < all.size(); ++i) EXPECT_NE(all[i].value("event", ""), "unregistered");
  // Nor does the process end for any of it.
  EXPECT_EQ(phone_->property("signaling", "NRestarts"), "0");
}

TEST_F(F94_CallManagerOrders_Lab, DuringACallTheRegistrationWaitsAndTheCallIsNotDisturbed) {
  begin();
  auto far_end = ring_up(absl::Minutes(2));
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  change("{lab-0003}", zone("Asia/Tokyo"));
  size_t before = events();
  EXPECT_EQ(order("notify service-control action=reset")["status"], 200);
  EXPECT_LT(seconds_to_download(before), kAtOnce);
  EXPECT_TRUE(status_becomes(
      [](const json& now) {
        return now["signaling"].value("pending", "") ==
               "registers again when no call is up: the call manager orders reset";
      },
      kPatience))
      << status().dump(1);
  EXPECT_TRUE(absl::StrContains(phone_->phonectl_text({"status"}).output, "registers again when no call is up"));
  EXPECT_TRUE(has_call(status()));
  for (const json& one : lab_->events()) {
    EXPECT_NE(one.value("event", ""), "unregistered");
    EXPECT_NE(one.value("event", ""), "flow-closed");
  }
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_TRUE(absl::StrContains(event("unregistered", before).value("reason", ""), "cisco-alarm:22 "));
  EXPECT_TRUE(absl::StrContains(event("registered", before).value("reason", ""), "cisco-alarm:22 "));
  EXPECT_TRUE(becomes_registered(kPatience));
  EXPECT_EQ(time_zone(), "Asia/Tokyo");
}

TEST_F(F94_CallManagerOrders_Lab, ACallThatIsLetGoCanOnlyBeTalkedInAndHungUp) {
  begin();
  auto far_end = ring_up(absl::Minutes(2));
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  EXPECT_EQ(order("notify -in-call service-control action=call-preservation")["status"], 200);
  EXPECT_TRUE(status_becomes(
      [](const json& now) { return absl::StrContains(now["signaling"].dump(), "CALL_STATE_PRESERVED"); }, kPatience));
  EXPECT_NE(phone_->phonectl_text({"transfer", "1003"}).exit_code, 0);
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_TRUE(status_becomes([](const json& now) { return !has_call(now); }, kPatience));
}

TEST_F(F94_CallManagerOrders_Lab, WhatIsWrongIsRefusedWithItsCauseAndChangesNothing) {
  registered();
  if (HasFatalFailure()) return;
  const size_t before = events();
  struct Refused {
    const char* words;
    int status;
    const char* cause;
  };
  for (const Refused& one :
       {Refused{"notify service-control action=reset call-id=none", 400, "RegisterCallId is missing"},
        {"notify service-control action=reset call-id=other@phone", 400, "RegisterCallId is of another registration"},
        {"notify service-control action=explode", 400, "the action explode is unknown"},
        {"notify service-control action=check-version softkey=none", 400, "SoftkeyVersionStamp is missing"},
        {"notify service-control action=prt-report", 501, "prt-report: no receiver of problem reports is configured"},
        {"notify service-control action=call-preservation", 400, "call-preservation belongs to the dialog of a call"},
        {"notify -spoil=empty service-control action=reset", 400, "the body is missing"},
        {"notify -spoil=truncated service-control action=reset", 400, ""},
        {"notify -spoil=long service-control action=reset", 400, "the body is too large"},
        {"notify -spoil=elements service-control action=reset", 400, "the body is too large"},
        {"notify -type=application/xml service-control action=reset", 400, ""},
        {"notify -uri=sip:nobody@10.77.0.99:1 service-control action=reset", 400,
         "the Request-URI is not this phone's Contact"},
        {"notify -dialog service-control action=reset", 481, ""}}) {
    const json answer = order(one.words);
    EXPECT_EQ(answer.value("status", 0), one.status) << one.words;
    EXPECT_TRUE(absl::StrContains(answer.value("warning", ""), one.cause)) << one.words << answer.dump();
  }
  // Once more what was done: nothing happens again.
  EXPECT_EQ(order("notify service-control action=apply-config result=config_applied")["status"], 200);
  EXPECT_LT(seconds_to_download(before), 60);
  const json again = order("notify -again");
  EXPECT_EQ(again["status"], 482);
  EXPECT_TRUE(absl::StrContains(again.value("warning", ""), "the same request came before"));
  const auto all = lab_->events();
  for (size_t i = before; i < all.size(); ++i) EXPECT_NE(all[i].value("event", ""), "unregistered");
  EXPECT_TRUE(is_registered(status()));
}

class F94_RemoteRequests_Lab : public F94_CallManagerOrders_Lab {
 protected:
  json signaling() { return status().value("signaling", json::object()); }
  json line() { return signaling().value("line", json::array()).at(0); }
  bool shows(const std::string& part) {
    return rig::poll_until(kPatience,
                           [&] { return absl::StrContains(phone_->phonectl_text({"status"}).output, part); });
  }
};

TEST_F(F94_RemoteRequests_Lab, LampForwardTextAndFeaturesReachTheUser) {
  registered();
  if (HasFatalFailure()) return;
  // As after a registration (cucm-calls.md L 1): several parts, equal stamps, and nothing begins anew.
  EXPECT_EQ(order("refer dndupdate state=disable + hlogupdate status=on + bulkupdate line=all mwi=yes new=2 old=1 "
                  "forward=1005 + service-control action=check-version")["status"],
            202);
  EXPECT_TRUE(shows("2 new messages, calls go to 1005")) << phone_->phonectl_text({"status"}).output;
  EXPECT_TRUE(shows("logged in to the hunt group"));
  EXPECT_EQ(signaling().value("doNotDisturb", ""), "DO_NOT_DISTURB_OFF");
  EXPECT_EQ(order("notify message-summary waiting=no new=0 old=3 suffix=%20(0/0)")["status"], 200);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return !line().value("messagesWaiting", false); })) << line().dump();
  EXPECT_EQ(line().value("oldMessages", 0), 3);
  EXPECT_EQ(order("refer cfwdallupdate linenumber=1 fwdaddress= tovoicemail=off")["status"], 202);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return line().value("forwardedTo", "").empty(); }));
  EXPECT_EQ(order("refer statuslineupdatereq action=notify_display statustext=%80!%2071%1b[2J displaytimeout=2 "
                  "linenumber=0 priority=1")["status"],
            202);
  EXPECT_TRUE(shows("Call park At 71"));
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return signaling().value("shownText", json::array()).empty(); }));
  EXPECT_EQ(order("refer privacyreq status=true + playtonereq tonetype=DtZipZip direction=user")["status"], 202);
  EXPECT_TRUE(shows("calls of shared lines are private"));
  EXPECT_EQ(order("refer datapassthroughreq applicationid=1 stationsequence=StationSequenceLast confid=7 + text "
                  "type=application/x-cisco-remotecc-cm+xml content=%3cCiscoIPPhoneText/%3e")["status"],
            202);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return signaling().value("pushedPage", json::object()).value("xml", "") == "<CiscoIPPhoneText/>";
  }));
  const size_t before = events();
  EXPECT_EQ(order("refer -subscribe hlogupdate status=off")["status"], 202);
  EXPECT_EQ(event("control-notified", before)["body"], "SIP/2.0 200 OK\r\n");
  EXPECT_EQ(order("refer -subscribe talkbackreq a=b")["status"], 202);
  EXPECT_EQ(event("control-notified", before, "order", "talkbackreq")["body"], "SIP/2.0 603 Decline\r\n");
  for (const json& one : lab_->events()) EXPECT_NE(one.value("event", ""), "unregistered");
}

TEST_F(F94_RemoteRequests_Lab, ACallIsHeldResumedAndDoNotDisturbKeepsOthersAway) {
  begin();
  auto far_end = ring_up(absl::Minutes(2));
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  const auto hold = [&] {
    const json calls = signaling().value("call", json::array());
    return calls.empty() ? std::string() : calls[0].value("hold", "");
  };
  EXPECT_EQ(order("refer holdreq dialog=foreign")["status"], 202);
  EXPECT_EQ(hold(), "HOLD_STATE_NONE");
  EXPECT_EQ(order("refer holdreq dialog=call")["status"], 202);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return hold() == "HOLD_STATE_HELD"; })) << hold();
  EXPECT_EQ(order("refer holdretrievereq dialog=call")["status"], 202);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] { return hold() == "HOLD_STATE_NONE"; })) << hold();
  EXPECT_EQ(phone_->phonectl_text({"hangup"}).exit_code, 0);
  EXPECT_EQ(order("refer dndupdate state=enable option=callreject")["status"], 202);
  const size_t before = events();
  (void)far_end->command("dial", "1001");
  const json ended = event("call", before, "state", "ended");
  EXPECT_TRUE(absl::StrContains(ended.dump(), "486")) << ended.dump();
  EXPECT_EQ(order("refer dndupdate state=disable")["status"], 202);
  EXPECT_EQ(order("refer initiatecallreq dialstring=1002 linenumber=1")["status"], 202);
  EXPECT_TRUE(status_becomes(has_call, kPatience)) << status().dump(1);
}

TEST_F(F94_RemoteRequests_Lab, DoNotDisturbIsAskedForByTheUserAndSetByTheCallManager) {
  registered();
  if (HasFatalFailure()) return;
  const size_t before = events();
  EXPECT_EQ(phone_->phonectl_text({"dnd", "on"}).exit_code, 0);
  const json published = event("published", before);
  EXPECT_EQ(published.value("activity", ""), "dnd") << published.dump();
  EXPECT_EQ(published.value("package", ""), "presence");
  EXPECT_EQ(published.value("type", ""), "application/pidf+xml");
  EXPECT_TRUE(shows("do not disturb: calls are answered busy"));
  EXPECT_EQ(phone_->phonectl_text({"dnd", "off"}).exit_code, 0);
  EXPECT_EQ(event("published", before, "activity", "available").value("package", ""), "presence");
  EXPECT_TRUE(
      rig::poll_until(kPatience, [&] { return signaling().value("doNotDisturb", "") == "DO_NOT_DISTURB_OFF"; }));

  begin({"--publish-refuse", "403"});
  const auto refused = [&] {
    const auto outcome = rig::run(
        {.argv = phone_->inside() + std::vector<std::string>{"sh", "-c", "/usr/lib/phone/phonectl dnd on 2>&1"}});
    EXPECT_TRUE(outcome.ok() && outcome->exit_code != 0);
    return outcome.ok() ? outcome->output : "";
  };
  ASSERT_TRUE(becomes_registered(kPatience));
  ASSERT_TRUE(rig::poll_until(kPatience, [&] { return absl::StrContains(refused(), "refused: 403"); })) << refused();
  EXPECT_TRUE(absl::StrContains(refused(), "do not disturb is not for this device")) << refused();
  EXPECT_EQ(signaling().value("doNotDisturb", ""), "DO_NOT_DISTURB_OFF");
}

TEST_F(F94_RemoteRequests_Lab, HostileBodiesAreRefusedWithTheirCauseAndThePhoneStaysAsItWas) {
  registered();
  if (HasFatalFailure()) return;
  ASSERT_EQ(order("refer bulkupdate line=1 mwi=yes new=1")["status"], 202);
  ASSERT_TRUE(shows("1 new message"));
  const std::string process = phone_->property("signaling", "MainPID");
  struct Refused {
    const char* words;
    int status;
    const char* cause;
  };
  for (const Refused& one :
       {Refused{"refer -spoil=truncated bulkupdate line=1 mwi=no", 400, "the document is not XML"},
        {"refer -spoil=doubled bulkupdate line=1 mwi=no", 400, "the document"},
        {"refer -spoil=elements bulkupdate line=1 mwi=no", 400, "the document has too many elements"},
        {"refer -spoil=nested bulkupdate line=1 mwi=no", 400, "the document has too many elements"},
        {"refer -spoil=entities bulkupdate line=1 mwi=no", 400, "the document declares a type of its own"},
        {"refer bulkupdate line=7 mwi=no", 202, ""},
        {"refer bulkupdate line=99999999999999999999 mwi=no", 400, "a contact names no line"},
        {"refer bulkupdate line=1 mwi=perhaps", 400, "mwi is neither on nor off"},
        {"refer bulkupdate line=1 mwi=no + dndupdate state=odd", 400, "state is neither on nor off"},
        {"refer -uri=sip:9999@10.77.0.50:1 bulkupdate line=1 mwi=no", 400, "not this phone's Contact"},
        {"refer -dialog bulkupdate line=1 mwi=no", 481, ""},
        {"notify -spoil=empty message-summary waiting=no", 400, "Bad MWI NOTIFY"},
        {"notify -type=application/pidf+xml message-summary waiting=no", 400, "Bad MWI NOTIFY"},
        {"refer hlogupdate status=on + hlogupdate status=on + hlogupdate status=on + hlogupdate status=on + "
         "hlogupdate status=on + hlogupdate status=on + bulkupdate line=1 mwi=no",
         400, "more than six parts"}}) {
    const json answer = order(one.words);
    EXPECT_EQ(answer.value("status", 0), one.status) << one.words;
    EXPECT_TRUE(absl::StrContains(answer.value("warning", ""), one.cause)) << one.words << answer.dump();
  }
  EXPECT_EQ(line().value("newMessages", 0), 1) << line().dump();
  // Odd prefixes are no reason to refuse, nor is a text of 60 kB, which is cut.
  EXPECT_EQ(order("refer -spoil=namespaces bulkupdate line=1 mwi=yes new=5")["status"], 202);
  EXPECT_TRUE(shows("5 new messages"));
  EXPECT_EQ(order("refer -spoil=long statuslineupdatereq a=b")["status"], 202);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    const json texts = signaling().value("shownText", json::array());
    return texts.size() == 1 && texts[0].value("text", "").size() == 256;
  })) << signaling().dump(1);
  EXPECT_TRUE(is_registered(status()));
  EXPECT_EQ(phone_->property("signaling", "MainPID"), process);
}

}  // namespace
}  // namespace phone::system
