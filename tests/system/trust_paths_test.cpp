// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves from outside how a file or a peer is accepted when the lists alone do not decide: HTTPS 6971, whose server
// trust_store pins; TFTP when nothing listens on 6970; and TVS for what is on no list, answering and silent.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

class F32_TftpAddressFromItl_Lab : public Scene {};
class F9_SignedConfiguration_Lab : public Scene {};
class F11_Tvs_Lab : public Scene {};

constexpr char kSigned[] = "SEP0A1B2C3D4E5F.cnf.xml.sgn";

bool is_peer(const nlohmann::json& decision, bool accepted, const std::string& word) {
  return decision.value("kind", "") == "peer" && decision.value("accepted", false) == accepted &&
         absl::StrContains(decision.value("reason", ""), word);
}

TEST_F(F32_TftpAddressFromItl_Lab, HttpsIsUsedWhenTheItlSaysSoAndItsServerIsPinned) {
  serve({"--plain-configuration", "--capf-mode", "none", "--signer-version", "1.1"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  const auto came_by = [](const char* transport) {
    return [transport](const nlohmann::json& event) {
      return event.value("event", "") == "download" && event.value("name", "") == kSigned &&
             event.value("transport", "") == transport;
    };
  };
  ASSERT_TRUE(lab_->wait_for(came_by("https"), absl::Seconds(2)).ok()) << "not asked for on 6971";
  EXPECT_FALSE(lab_->wait_for(came_by("http"), absl::ZeroDuration()).ok()) << "asked for on 6970 too";
  EXPECT_TRUE(decided(
      "", [](const auto& one) { return is_peer(one, true, "is on the ITL as TFTP"); }, absl::Seconds(2)));

  // A stranger with the right name on 6971: refused by name, and the signed file is fetched the old way.
  const size_t before = lab_->events().size();
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "https=stranger\n").ok());
  reprovision();
  EXPECT_TRUE(decided(
      "", [](const auto& one) { return is_peer(one, false, "is not on the CTL or ITL, needed as TFTP"); },
      absl::Seconds(10)));
  EXPECT_TRUE(lab_->wait_for(came_by("http"), absl::Seconds(10), before).ok());
  EXPECT_TRUE(
      status_becomes([&](const auto&) { return file_ending(kSigned).value("state", "") != ""; }, absl::Seconds(5)));
  EXPECT_NE(file_ending(kSigned).value("state", ""), "FILE_STATE_REFUSED") << file_ending(kSigned).dump(1);
  EXPECT_TRUE(is_registered(status()));

  // An ITL of signer version 1.0, signed by the same hand, sends the phone back to 6970.
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  serve({"--plain-configuration", "--capf-mode", "none", "--signer-version", "1.0"});
  const size_t then = lab_->events().size();
  reprovision();
  EXPECT_TRUE(lab_->wait_for(came_by("http"), absl::Seconds(10), then).ok());
  EXPECT_FALSE(lab_->wait_for(came_by("https"), absl::ZeroDuration(), then).ok());
}

TEST_F(F9_SignedConfiguration_Lab, TftpIsUsedWhenNothingListensOn6970) {
  const std::vector<std::string> cluster{
      "--dir", stage_->lab().string(), "--device", kDevice, "--host", rig::Lab::kAddress, "--capf-mode",
      "none",  "--plain-configuration"};
  const std::string directory = (stage_->root() / "tftp").string();
  for (const char* what : {"lists", "config"}) {
    auto made = rig::run(
        {.argv = std::vector<std::string>{(stage_->bin() / "phone-lab").string(), what, "--out", directory} + cluster});
    ASSERT_TRUE(made.ok() && made->exit_code == 0) << made.status() << made->output;
  }
  serve({"--plain-configuration", "--capf-mode", "none", "--http-port", "16970", "--https-port", "16971"});
  auto tftp = rig::Process::start(
      {.argv = phone_->beside() + std::vector<std::string>{"dnsmasq", "--keep-in-foreground", "--port=0", "--user=root",
                                                           "--conf-file=/dev/null", "--listen-address=10.77.0.1",
                                                           "--bind-interfaces", "--enable-tftp",
                                                           absl::StrCat("--tftp-root=", directory), "--log-facility=-",
                                                           "--pid-file"},
       .output = stage_->log("tftp.log").string()});
  ASSERT_TRUE(tftp.ok()) << tftp.status();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(40))) << status().dump(1);
  EXPECT_EQ(file_ending(kSigned).value("state", ""), "FILE_STATE_ACCEPTED") << file_ending(kSigned).dump(1);
  EXPECT_TRUE(decided(
      kSigned, [](const auto& one) { return one.value("accepted", false); }, absl::Seconds(1)));
  for (const auto& event : lab_->events()) EXPECT_NE(event.value("event", ""), "download") << event.dump();
}

TEST_F(F11_Tvs_Lab, WhatIsOnNoListIsBelievedWhenTvsVouchesForItAndNotWhileTvsIsSilent) {
  serve({"--regenerated", "--plain-configuration", "--capf-mode", "none"});
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "tvs=silent\n").ok());
  ASSERT_TRUE(phone_->power_on().ok());
  const auto names_tvs = [](const nlohmann::json& one) {
    return !one.value("accepted", false) && absl::StrContains(one.value("reason", ""), "TVS: 10.77.0.1:2445: ");
  };
  ASSERT_TRUE(decided(kSigned, names_tvs, absl::Seconds(20))) << status().dump(1);
  EXPECT_FALSE(is_registered(status()));
  // The lists, whose signer is known, have been installed meanwhile, and other questions do not wait.
  const absl::Time asked = absl::Now();
  const auto lists = phone_->phonectl({"trust", "--json"});
  ASSERT_TRUE(lists.ok()) << lists.status();
  EXPECT_TRUE((*lists)["itl"].value("installed", false)) << lists->dump(1);
  EXPECT_LT(absl::Now() - asked, absl::Seconds(1)) << "a silent TVS held up the trust lists";
  EXPECT_FALSE(status().contains("unreachable")) << status()["unreachable"].dump();

  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const auto by_tvs = [](const char* kind) {
    return [kind](const nlohmann::json& one) {
      return one.value("kind", "") == kind && one.value("accepted", false) &&
             one.value("by", "") == "TVS 10.77.0.1:2445";
    };
  };
  EXPECT_TRUE(decided(kSigned, by_tvs("file"), absl::Seconds(2)));
  EXPECT_TRUE(decided("", by_tvs("peer"), absl::Seconds(2)));
  for (const char* command : {"QUERY", "VERIFY"}) {
    const auto asked_for = lab_->wait_for(
        [&](const nlohmann::json& event) {
          return event.value("event", "") == "tvs" && event.value("command", "") == command &&
                 event.value("valid", false);
        },
        absl::Seconds(1));
    ASSERT_TRUE(asked_for.ok()) << "TVS was not asked to " << command;
    EXPECT_TRUE(absl::StrContains(asked_for->value("client", ""), kDevice)) << asked_for->dump();
  }

  // Whatever the server of TVS does wrong: the standing registration stays, and the reason names it. TVS is asked anew
  // because a restarted trust_store has no cache, and about a file because its signer is on no list.
  for (const char* fault : {"truncated", "flipped", "oversized", "stranger", "wrong-device", "gone"}) {
    SCOPED_TRACE(fault);
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, absl::StrCat("tvs=", fault, "\n")).ok());
    const auto last = decisions().empty() ? std::string() : decisions().front().value("number", "0");
    ASSERT_TRUE(phone_->kill("trust_store", "KILL").ok());
    reprovision();
    // A flipped bit in an unused part of the certificate does no harm: the file's own signature is proven.
    std::string reason;
    EXPECT_TRUE(rig::poll_until(absl::Seconds(15), [&] {
      for (const auto& one : decisions(kSigned)) {
        if (std::stoll(one.value("number", "0")) <= std::stoll(last)) break;
        if (one.value("kind", "") == "file") reason = one.value("reason", "");
        if (one.value("accepted", false)) {
          EXPECT_EQ(std::string_view(fault), "flipped") << one.dump(1);
        }
      }
      return !reason.empty();
    })) << decisions(kSigned).front().dump(1);
    EXPECT_TRUE(absl::StrContains(reason, "TVS") || absl::StrContains(reason, "signature")) << reason;
    std::cout << "  tvs " << fault << ": " << reason << "\n";
    EXPECT_TRUE(is_registered(status()));
  }
  EXPECT_EQ(phone_->property("policy", "NRestarts"), "0");
}

}  // namespace
}  // namespace phone::system
