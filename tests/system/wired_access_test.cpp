// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F26, F41, F44 and F45 with the shipped units against hostapd as the switch: EAP-TLS with the key in
// certificate_manager, EAP-FAST with a sealed PAC, each way it can fail with the cause a user reads, and that it comes
// back by itself.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/flash/state_file.hpp"
#include "tests/system/scene/wired_bench.hpp"
#include "tools/rig/radius_server.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kPassword[] = "s3cret-of-the-lab";

const std::vector<std::string> kTlsUsers = {absl::StrCat("\"", kIdentity, "\" TLS")};
const std::vector<std::string> kFastUsers = {"\"DP-9861-anna\" FAST",
                                             absl::StrCat("\"anna\" MSCHAPV2 \"", kPassword, "\" [2]")};

// One phone for all of them: each test starts its own switch and applies its own profile.
class F26_F41_F72_WiredAccess_Peer : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    bench_ = std::make_unique<WiredBench>("rsa");
    started_ = bench_->start();
  }
  static void TearDownTestSuite() { bench_.reset(); }
  void SetUp() override { ASSERT_TRUE(started_) << "no bench: root, namespaces, hostapd, openssl are needed"; }
  void TearDown() override {
    if (HasFailure()) std::cerr << bench_->logs() << bench_->port().log() << bench_->access().dump(1);
    bench_->port().stop();
  }
  static std::unique_ptr<WiredBench> bench_;
  static bool started_;
};
std::unique_ptr<WiredBench> F26_F41_F72_WiredAccess_Peer::bench_;
bool F26_F41_F72_WiredAccess_Peer::started_ = false;

TEST_F(F26_F41_F72_WiredAccess_Peer, EapTlsOverTls13AndTls12WithTheKeyElsewhere) {
  for (const bool tls13 : {true, false}) {
    ASSERT_TRUE(bench_->port().start({.users = kTlsUsers, .tls13 = tls13}).ok());
    ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
    ASSERT_TRUE(bench_->becomes("AUTHENTICATED"));
    const json now = bench_->access();
    EXPECT_EQ(now.value("tlsVersion", ""), tls13 ? "TLSv1.3" : "TLSv1.2");
    EXPECT_EQ(now.value("method", ""), "EAP-TLS");
    EXPECT_TRUE(absl::StrContains(now.value("serverSubject", ""), "radius.lab.test"));
    EXPECT_TRUE(absl::StrContains(bench_->port().station(kAddress), "AUTHORIZED"));
    // F44: what the RADIUS server reads begins with the product.
    EXPECT_TRUE(
        absl::StrContains(bench_->port().station(kAddress), absl::StrCat("dot1xAuthSessionUserName=", kIdentity)));
    ASSERT_EQ(bench_->apply({"off"}).exit_code, 0);
    ASSERT_TRUE(bench_->becomes("DISABLED"));
    // F45: off takes effect at once, and the switch is informed.
    EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] {
      return absl::StrContains(bench_->port().log(), "received EAPOL-Logoff");
    })) << bench_->port().log();
  }
}

struct Fault {
  const char* name;
  rig::SwitchPort::Settings port;
  std::vector<std::string> profile;
  const char* cause;
};

TEST_F(F26_F41_F72_WiredAccess_Peer, EachFailureEndsHeldWithItsCause) {
  const Fault kFaults[] = {
      {"authority", {.server = "stranger-server", .users = kTlsUsers}, bench_->tls(), "SERVER_UNTRUSTED"},
      {"name", {.server = "other-name", .users = kTlsUsers}, bench_->tls(), "SERVER_NAME"},
      {"expired", {.server = "expired", .users = kTlsUsers}, bench_->tls(), "SERVER_EXPIRED"},
      {"another method", {.users = {absl::StrCat("\"", kIdentity, "\" PEAP")}}, bench_->tls(), "METHOD_FORBIDDEN"},
      {"nobody knows us", {.clients = "stranger", .users = kTlsUsers}, bench_->tls(), "REFUSED"},
  };
  for (const Fault& fault : kFaults) {
    SCOPED_TRACE(fault.name);
    ASSERT_TRUE(bench_->port().start(fault.port).ok());
    ASSERT_EQ(bench_->apply(fault.profile).exit_code, 0);
    EXPECT_TRUE(bench_->becomes("HELD", fault.cause)) << bench_->access().dump(1);
    EXPECT_NE(bench_->access().value("cure", ""), "");
  }
  // And is over by itself when the server is right again; no new profile, no restart.
  ASSERT_TRUE(bench_->port().start({.users = kTlsUsers}).ok());
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED")) << bench_->access().dump(1);
  EXPECT_EQ(bench_->access().value("causeText", ""), "");
}

TEST_F(F26_F41_F72_WiredAccess_Peer, ProfileWithoutAuthorityOrNameIsRefusedAndTheOldOneStays) {
  ASSERT_TRUE(bench_->port().start({.users = kTlsUsers}).ok());
  ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
  ASSERT_TRUE(bench_->becomes("AUTHENTICATED"));
  EXPECT_NE(bench_->apply({"tls", "--server", "radius.lab.test"}).exit_code, 0);
  EXPECT_NE(bench_->apply({"tls", "--authority", bench_->port().file("authority.pem").string()}).exit_code, 0);
  EXPECT_EQ(bench_->access().value("state", ""), "ACCESS_STATE_AUTHENTICATED");
}

TEST_F(F26_F41_F72_WiredAccess_Peer, EapFastProvisionsItsPacOnceAndKeepsItSealed) {
  ASSERT_TRUE(bench_->port().start({.users = kFastUsers}).ok());
  ASSERT_EQ(bench_->apply(bench_->fast(), kPassword).exit_code, 0);
  ASSERT_TRUE(bench_->becomes("AUTHENTICATED"));
  EXPECT_EQ(bench_->access().value("method", ""), "EAP-FAST");
  const fs::path kept = bench_->stage().state("network_access") / "pac.sealed";
  ASSERT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return fs::exists(kept); }));
  std::ifstream in(kept);
  EXPECT_FALSE(absl::StrContains(std::string(std::istreambuf_iterator<char>(in), {}), "PAC-"));
  // The same server again, and a phone that has restarted: the PAC is shown, no new one is fetched.
  const auto written = fs::last_write_time(kept);
  ASSERT_TRUE(bench_->phone().kill("network_access", "SIGKILL").ok());
  ASSERT_TRUE(bench_->port().start({.users = kFastUsers}).ok());
  ASSERT_TRUE(bench_->becomes("AUTHENTICATED"));
  EXPECT_EQ(fs::last_write_time(kept), written);
  // A PAC near its end is renewed by the way.
  ASSERT_TRUE(bench_->port()
                  .start({.users = kFastUsers, .more = {"pac_key_lifetime=604800", "pac_key_refresh_time=604801"}})
                  .ok());
  ASSERT_EQ(bench_->apply(bench_->fast(), kPassword).exit_code, 0);
  ASSERT_TRUE(bench_->becomes("AUTHENTICATED"));
  EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return fs::last_write_time(kept) != written; }));
}

TEST_F(F26_F41_F72_WiredAccess_Peer, WrongPasswordIsReportedAndInNoLog) {
  ASSERT_TRUE(bench_->port().start({.users = kFastUsers}).ok());
  ASSERT_EQ(bench_->apply(bench_->fast(), "another-secret").exit_code, 0);
  EXPECT_TRUE(bench_->becomes("HELD", "PASSWORD")) << bench_->access().dump(1);
  const std::string logs = bench_->logs();
  for (const char* secret : {kPassword, "another-secret", "PAC-Key", "PRIVATE KEY"}) {
    EXPECT_FALSE(absl::StrContains(logs, secret)) << secret;
  }
}

TEST_F(F26_F41_F72_WiredAccess_Peer, SwitchWithoutItIsUsedAsItIsAndOneThatComesIsAnswered) {
  ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
  EXPECT_TRUE(bench_->becomes("CONNECTING", "NO_ANSWER"));
  ASSERT_TRUE(bench_->port().start({.users = kTlsUsers}).ok());
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED"));
}

// FreeRADIUS instead of hostapd's own EAP server: another TLS stack's user, and the way real sites have it. (Its
// EAP-FAST computes a wrong compound MAC; that method's peer is hostapd.)
TEST_F(F26_F41_F72_WiredAccess_Peer, FreeRadiusBehindTheSwitchIsAcceptedOnlyByNameAndAuthority) {
  rig::RadiusServer radius(bench_->stage(), bench_->phone());
  for (const char* version : {"1.2", "1.3"}) {
    SCOPED_TRACE(version);
    ASSERT_TRUE(radius.start(bench_->port(), {.tls_maximum = version}).ok()) << radius.log();
    ASSERT_TRUE(bench_->port().start({.more = rig::RadiusServer::for_switch()}).ok());
    ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
    ASSERT_TRUE(bench_->becomes("AUTHENTICATED")) << bench_->access().dump(1) << radius.log();
    EXPECT_EQ(bench_->access().value("tlsVersion", ""), absl::StrCat("TLSv", version));
    // F44: the User-Name.
    EXPECT_TRUE(absl::StrContains(radius.log(), absl::StrCat("User-Name = \"", kIdentity, "\"")));
  }
  struct Row {
    rig::RadiusServer::Settings settings;
    const char* cause;
  };
  for (const Row& row :
       {Row{{.server = "stranger-server"}, "SERVER_UNTRUSTED"}, Row{{.server = "other-name"}, "SERVER_NAME"},
        Row{{.server = "expired"}, "SERVER_EXPIRED"}, Row{{.clients = "stranger"}, "REFUSED"}}) {
    SCOPED_TRACE(row.cause);
    ASSERT_TRUE(radius.start(bench_->port(), row.settings).ok()) << radius.log();
    ASSERT_TRUE(bench_->port().start({.more = rig::RadiusServer::for_switch()}).ok());
    ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
    EXPECT_TRUE(bench_->becomes("HELD", row.cause)) << bench_->access().dump(1);
  }
}

TEST_F(F26_F41_F72_WiredAccess_Peer, SilentServerBehindTheSwitchIsReported) {
  ASSERT_TRUE(bench_->port()
                  .start({.users = kTlsUsers,
                          .more = {"eap_server=0", "auth_server_addr=10.77.0.1", "auth_server_port=1",
                                   "auth_server_shared_secret=x", "own_ip_addr=10.77.0.1"}})
                  .ok());
  ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
  EXPECT_TRUE(bench_->becomes("HELD", "SERVER_SILENT", absl::Seconds(30))) << bench_->access().dump(1);
}

TEST_F(F26_F41_F72_WiredAccess_Peer, ReauthenticationCableAndDeathsAreSurvived) {
  ASSERT_TRUE(bench_->port().start({.users = kTlsUsers, .more = {"eap_reauth_period=1"}}).ok());
  ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
  ASSERT_TRUE(bench_->becomes("AUTHENTICATED"));
  const auto successes = [&] {
    int count = 0;
    const std::string log = bench_->port().log();
    for (auto at = log.find("CTRL-EVENT-EAP-SUCCESS"); at != std::string::npos;
         at = log.find("CTRL-EVENT-EAP-SUCCESS", at + 1))
      ++count;
    return count;
  };
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return successes() >= 3; })) << successes();
  EXPECT_EQ(bench_->access().value("state", ""), "ACCESS_STATE_AUTHENTICATED");

  // A switch that restarts takes the link down and forgets everybody.
  bench_->port().run({"ip", "link", "set", "lab0", "down"});
  EXPECT_TRUE(bench_->becomes("DISCONNECTED"));
  ASSERT_TRUE(bench_->port().start({.users = kTlsUsers}).ok());
  bench_->port().run({"ip", "link", "set", "lab0", "up"});
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED"));

  ASSERT_TRUE(bench_->phone().kill("supplicant", "SIGKILL").ok());
  EXPECT_TRUE(
      rig::poll_until(absl::Seconds(10), [&] { return bench_->phone().property("supplicant", "NRestarts") != "0"; }));
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED"));
  ASSERT_TRUE(bench_->phone().kill("certificate_manager", "SIGKILL").ok());
  ASSERT_TRUE(bench_->phone().kill("network_access", "SIGKILL").ok());
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED"));
}

TEST(F41_EapTls_Peer, EcKeyOverTls13AndTls12) {
  WiredBench bench("ec");
  ASSERT_TRUE(bench.start());
  for (const bool tls13 : {true, false}) {
    ASSERT_TRUE(bench.port().start({.users = kTlsUsers, .tls13 = tls13}).ok());
    ASSERT_EQ(bench.apply(bench.tls()).exit_code, 0);
    ASSERT_TRUE(bench.becomes("AUTHENTICATED")) << bench.access().dump(1) << bench.logs();
    EXPECT_EQ(bench.access().value("tlsVersion", ""), tls13 ? "TLSv1.3" : "TLSv1.2");
    ASSERT_EQ(bench.apply({"off"}).exit_code, 0);
    ASSERT_TRUE(bench.becomes("DISABLED"));
  }
}

// No RADIUS server tells the phone why it was refused, so it looks before it speaks.
TEST(F41_EapTls_Peer, OwnExpiredCertificateIsReportedAndNotPresented) {
  WiredBench bench("expired");
  ASSERT_TRUE(bench.start());
  ASSERT_TRUE(bench.port().start({.users = kTlsUsers}).ok());
  ASSERT_EQ(bench.apply(bench.tls()).exit_code, 0);
  EXPECT_TRUE(bench.becomes("HELD", "OWN_EXPIRED")) << bench.access().dump(1) << bench.logs();
  EXPECT_FALSE(absl::StrContains(bench.port().log(), "EAPOL-Start")) << bench.port().log();
}

// The TLS minimum for EAP: 1.2 where policy says nothing, 1.3 where it says so.
TEST_F(F26_F41_F72_WiredAccess_Peer, ServersBelowTheTlsMinimumAreRefusedForThatReason) {
  const auto restarted_with = [&](const std::string& stored) {
    const auto file = bench_->stage().state("network_access") / "access";
    bench_->phone().systemctl({"stop", "phone-network-access.socket", "phone-network-access.service"});
    EXPECT_TRUE(flash::write_state(file, stored).ok());
    (void)rig::run({.argv = {"chown", "7405:7405", file.string()}});
    bench_->phone().systemctl({"start", "phone-network-access.service"});
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return bench_->apply(bench_->tls()).exit_code == 0; }));
  };
  ASSERT_TRUE(bench_->port().start({.users = kTlsUsers, .tls13 = false, .more = {"tls_flags=[DISABLE-TLSv1.2]"}}).ok());
  ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
  EXPECT_TRUE(bench_->becomes("HELD", "TLS_MISMATCH")) << bench_->access().dump(1);
  // What network_access keeps of the policy: tls_minimum (StoredAccess, field 3) is 0x0304.
  ASSERT_TRUE(bench_->port().start({.users = kTlsUsers, .tls13 = false}).ok());
  restarted_with("\x18\x84\x06");
  EXPECT_TRUE(bench_->becomes("HELD", "TLS_MISMATCH")) << bench_->access().dump(1);
  ASSERT_TRUE(bench_->port().start({.users = kTlsUsers}).ok());
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED")) << bench_->access().dump(1);
  EXPECT_EQ(bench_->access().value("tlsVersion", ""), "TLSv1.3");
  restarted_with("\x18\x83\x06");  // as it was
}

}  // namespace
}  // namespace phone::system
