// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F26, F41 and F88 with the shipped units: what the switch and the RADIUS server behind it decide is told as it
// was meant, also where wpa_supplicant discards the frame and reports nothing. The peer is tests/peers/eap_switch.py,
// since neither hostapd nor FreeRADIUS sends its TLS alert, denies after the handshake or opens a critical VLAN.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/wired_bench.hpp"

namespace phone::system {
namespace {

using nlohmann::json;
using rig::operator+;

class F26_F41_SwitchVerdict_Peer : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    bench_ = std::make_unique<WiredBench>("rsa");
    started_ = bench_->start();
  }
  static void TearDownTestSuite() { bench_.reset(); }
  void SetUp() override { ASSERT_TRUE(started_) << "no bench: root, namespaces, openssl are needed"; }
  void TearDown() override {
    if (HasFailure()) std::cerr << bench_->logs() << said() << bench_->access().dump(1);
    switch_.reset();
    EXPECT_EQ(bench_->apply({"off"}).exit_code, 0);
    EXPECT_TRUE(bench_->becomes("DISABLED"));
  }
  static std::string file(const std::string& name) { return bench_->port().file(name).string(); }
  static std::string said() {
    std::ifstream in(file("eap_switch.log"));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // `clients`: the authority whose certificates the server takes; `more`: a CRL.
  void play(const std::string& play, const std::string& clients = "authority", std::vector<std::string> more = {}) {
    switch_.reset();
    std::ofstream(file("eap_switch.log"));
    auto started = rig::Process::start(
        {.argv = bench_->phone().beside() +
                 std::vector<std::string>{PHONE_SOURCE_DIR "/tests/peers/eap_switch.py", "lab0", play,
                                          file("server.pem"), file("server.key"), file(clients + ".pem")} +
                 more,
         .output = file("eap_switch.log")});
    ASSERT_TRUE(started.ok()) << started.status();
    switch_ = *std::move(started);
    ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [] { return absl::StrContains(said(), "ready"); })) << said();
    ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
  }
  static std::string story() {
    std::string all;
    for (const json& step : bench_->access().value("story", json::array())) {
      absl::StrAppend(&all, step.value("by", "").substr(sizeof "ACCESS_PARTY_" - 1), " ", step.value("what", ""), "\n");
    }
    return all;
  }

  static std::unique_ptr<WiredBench> bench_;
  static bool started_;
  std::optional<rig::Process> switch_;
};
std::unique_ptr<WiredBench> F26_F41_SwitchVerdict_Peer::bench_;
bool F26_F41_SwitchVerdict_Peer::started_ = false;

TEST_F(F26_F41_SwitchVerdict_Peer, AlertsOfTheServerAreToldEachWithItsCureAndTheCertificateShown) {
  struct Row {
    std::string clients;
    std::vector<std::string> more;
    const char* cause;
    const char* alert;
  };
  for (const Row& row : {Row{"stranger", {}, "OWN_UNTRUSTED", "unknown CA"},
                         Row{"authority", {file("revoked.pem")}, "OWN_REVOKED", "certificate revoked"}}) {
    SCOPED_TRACE(row.alert);
    play("accept", row.clients, row.more);
    ASSERT_TRUE(bench_->becomes("HELD", row.cause)) << said();
    const json now = bench_->access();
    EXPECT_TRUE(absl::StrContains(now.value("detail", ""), row.alert)) << now.dump(1);
    EXPECT_TRUE(absl::StrContains(now.value("detail", ""), "shown: MIC, issued by")) << now.dump(1);
    EXPECT_NE(now.value("cure", ""), "");
    EXPECT_TRUE(absl::StrContains(story(), absl::StrCat("SERVER sent the TLS alert: ", row.alert))) << story();
  }
}

TEST_F(F26_F41_SwitchVerdict_Peer, DenialAfterTheHandshakeIsNeitherASuccessNorASilentServer) {
  play("deny");
  ASSERT_TRUE(bench_->becomes("HELD", "AUTHORIZATION_DENIED", absl::Seconds(8))) << said();
  // In the order in which it went, and by whom.
  const std::string all = story();
  std::size_t at = 0;
  for (const char* step : {"PHONE asks to be let in by EAP-TLS", "SWITCH asked who the phone is",
                           "SERVER offered EAP-TLS", "PHONE chose EAP-TLS", "SERVER showed the certificate",
                           "SWITCH sent EAP-Failure", "PHONE The RADIUS server accepted the phone's certificate"}) {
    at = all.find(step, at);
    ASSERT_NE(at, std::string::npos) << step << "\n" << all;
  }
}

TEST_F(F26_F41_SwitchVerdict_Peer, FailureAfterTheSuccessEndsAuthenticatedAtOnce) {
  play("recant");
  ASSERT_TRUE(bench_->becomes("AUTHENTICATED")) << said();
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [] { return absl::StrContains(said(), "EAP-Failure"); }));
  EXPECT_TRUE(bench_->sees([](const json& network) {
    return network["wiredAccess"].value("cause", "") == "ACCESS_CAUSE_NOT_ASKED";
  })) << bench_->access().dump(1);
}

TEST_F(F26_F41_SwitchVerdict_Peer, SuccessThatNobodyEarnedIsAStateWithItsOwnCure) {
  for (const char* how : {"critical", "open", "midway"}) {
    SCOPED_TRACE(how);
    play(how);
    ASSERT_TRUE(bench_->becomes("UNPROVEN", "UNPROVEN")) << said();
    EXPECT_TRUE(absl::StrContains(bench_->access().value("cure", ""), "critical")) << bench_->access().dump(1);
    EXPECT_EQ(bench_->access().value("failures", 0), 0);
  }
  // The server is back, and the switch asks in earnest.
  play("accept");
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED")) << said();
}

TEST_F(F26_F41_SwitchVerdict_Peer, RestrictedVlanAfterARefusalSaysBoth) {
  play("late");
  ASSERT_TRUE(bench_->becomes("UNPROVEN", "UNPROVEN")) << said();
  EXPECT_TRUE(absl::StrContains(bench_->access().value("detail", ""), "denied access")) << bench_->access().dump(1);
}

TEST_F(F26_F41_SwitchVerdict_Peer, FailureThatNobodyAskedForIsNoRefusal) {
  play("mab");
  ASSERT_TRUE(bench_->becomes("CONNECTING", "NOT_ASKED")) << said();
  EXPECT_TRUE(absl::StrContains(bench_->access().value("cure", ""), "MAB"));
  // It is asked again before long, and a switch that then wants 802.1X gets it.
  play("accept");
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED")) << said();
}

}  // namespace
}  // namespace phone::system
