// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F58 to F70 with the shipped units against hostapd's access points on simulated radios: the eight rows of the
// article's table, each with a roam that the signal caused and what it cost, what is refused, each way it can fail with
// the cause a user reads, and when the password is cleared. Runs in a machine of its own: tools/test --wlan.
#include <gtest/gtest.h>

#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/wlan/radio_bench.hpp"
#include "tests/wlan/udp_gap.hpp"

namespace phone::wlan {
namespace {

using nlohmann::json;

constexpr char kKey[] = "GREG123567@9ZX&W";
constexpr char kUser[] = R"(lab\anna)";
constexpr char kPassword[] = "s3cret-of-the-lab";
constexpr char kRsn[] = "wpa=2";
constexpr char kCcmp[] = "rsn_pairwise=CCMP";

std::vector<std::string> user_of(const std::string& method, const std::string& inner) {
  const std::string name = absl::StrCat("\"", kUser, "\" ");
  return {name + method, absl::StrCat(name, inner, " \"", kPassword, "\" [2]")};
}
const std::vector<std::string> kTlsUsers = {absl::StrCat("\"", system::kIdentity, "\" TLS")};
const std::vector<std::string> kPeapUsers = user_of("PEAP", "MSCHAPV2");
const std::vector<std::string> kGtcUsers = user_of("PEAP", "GTC");
const std::vector<std::string> kFastUsers = user_of("FAST", "MSCHAPV2");

std::vector<std::string> wpa(const std::string& management, const std::string& frames) {
  return {kRsn, kCcmp, "wpa_key_mgmt=" + management, "ieee80211w=" + frames, "disable_pmksa_caching=1"};
}
std::vector<std::string> psk(const std::string& management) {
  auto lines = wpa(management, "0");
  lines.insert(lines.end(), {absl::StrCat("wpa_passphrase=", kKey), "ft_psk_generate_local=1"});
  return lines;
}
std::vector<std::string> sae(const std::string& management) {
  auto lines = wpa(management, "2");
  lines.push_back(absl::StrCat("sae_password=", kKey));
  return lines;
}

// One machine and one phone for all of them: each test starts its own access points and applies its own profile.
class Radio : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (bench_ != nullptr) return;
    bench_ = new RadioBench;  // kept for the next suite
    if (!bench_->ready() && bench_->phone().installed()) {
      std::cerr << bench_->phone().phone().systemctl({"status", "--lines=0", "phone-*"}).output
                << bench_->phone().logs().substr(0, 8000);
    }
  }
  void SetUp() override { ASSERT_TRUE(bench_->ready()); }
  void TearDown() override {
    if (!bench_->ready()) return;
    if (HasFailure()) {
      std::cerr << bench_->phone().logs().substr(0, 6000) << bench_->log().substr(0, 4000) << bench_->wlan().dump(1);
    }
    bench_->stop();
  }
  static std::vector<std::string> enterprise(const std::string& security, const std::string& method) {
    std::vector<std::string> words = {security,      RadioBench::kSsid,   "--method", method,
                                      "--authority", bench_->authority(), "--server", "radius.lab.test"};
    if (method != "tls") words.insert(words.end(), {"--user", kUser});
    return words;
  }
  static std::string secret_of(const std::string& security, const std::string& method) {
    if (security == "psk" || security == "sae") return kKey;
    return security == "open" || method == "tls" ? "" : kPassword;
  }
  static std::vector<std::string> words_of(const std::string& security, const std::string& method) {
    if (security == "wpa2" || security == "wpa3") return enterprise(security, method);
    return {security, RadioBench::kSsid};
  }
  static bool joins(const std::string& security, const std::string& method = "") {
    const auto applied = bench_->apply(words_of(security, method), secret_of(security, method));
    EXPECT_EQ(applied.exit_code, 0) << applied.output;
    return applied.exit_code == 0 && bench_->becomes("AUTHENTICATED");
  }
  static RadioBench* bench_;
};
RadioBench* Radio::bench_ = nullptr;

struct TableRow {
  const char* name;
  const char *security, *method;
  std::vector<std::string> lines, users;
  const char* negotiated;
  bool frames_protected;
  bool over_the_ds = false;
};
const TableRow kRows[] = {
    {"PSK", "psk", "", psk("WPA-PSK WPA-PSK-SHA256 FT-PSK"), {}, "FT-PSK", false},
    {"WPA3", "sae", "", sae("SAE FT-SAE"), {}, "FT-SAE", true},
    {"EAP-TLS", "wpa2", "tls", wpa("WPA-EAP FT-EAP", "0"), kTlsUsers, "FT-EAP", false},
    {"EAP-TLS (WPA3)", "wpa3", "tls", wpa("WPA-EAP-SHA256 FT-EAP", "2"), kTlsUsers, "FT-EAP", true},
    {"EAP-FAST", "wpa2", "fast", wpa("WPA-EAP FT-EAP", "0"), kFastUsers, "FT-EAP", false},
    {"EAP-FAST (WPA3)", "wpa3", "fast", wpa("WPA-EAP-SHA256 FT-EAP", "2"), kFastUsers, "FT-EAP", true},
    {"EAP-PEAP", "wpa2", "peap-mschapv2", wpa("WPA-EAP FT-EAP", "0"), kPeapUsers, "FT-EAP", false},
    {"EAP-PEAP (WPA3)", "wpa3", "peap-mschapv2", wpa("WPA-EAP-SHA256 FT-EAP", "2"), kPeapUsers, "FT-EAP", true},
    {"PEAP-GTC", "wpa2", "peap-gtc", wpa("WPA-EAP FT-EAP", "0"), kGtcUsers, "FT-EAP", false},
    {"PSK over the DS", "psk", "", psk("FT-PSK"), {}, "FT-PSK", false, true},
};

void roams(RadioBench* bench, const TableRow& row, const std::vector<std::string>& profile, const std::string& secret) {
  SCOPED_TRACE(row.name);
  ASSERT_TRUE(bench->start({.lines = row.lines, .users = row.users, .over_the_ds = row.over_the_ds}));
  auto words = profile;
  if (row.over_the_ds) words.emplace_back("--over-the-ds");
  ASSERT_EQ(bench->apply(words, secret).exit_code, 0);
  ASSERT_TRUE(bench->becomes("AUTHENTICATED")) << bench->state();
  ASSERT_TRUE(bench->is_at(0)) << bench->wlan().dump(1);
  const json now = bench->wlan();
  EXPECT_EQ(now.value("keyManagement", ""), row.negotiated);
  EXPECT_EQ(now.value("cipher", ""), "CCMP");
  EXPECT_EQ(now.value("protectedManagement", false), row.frames_protected);
  EXPECT_FALSE(now.value("unprotected", false));
  UdpGap gap(bench->phone().phone().phone_pid(), "10.9.0.1", 5004);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return gap.received() > 20; }));
  gap.reset();
  ASSERT_TRUE(bench->moves_to(1)) << bench->wlan().dump(1);
  const json roam = bench->wlan()["lastRoam"];
  EXPECT_TRUE(roam.value("fast", false)) << roam.dump(1);
  EXPECT_EQ(roam.value("overTheDs", false), row.over_the_ds);
  EXPECT_TRUE(absl::StrContains(bench->station(1), "[AUTHORIZED]")) << bench->station(1);
  // A flushed table of neighbours would cost a second.
  EXPECT_LT(gap.longest().count(), 900);
  std::cout << "row " << row.name << ": " << row.negotiated << ", roam " << roam.value("gapMilliseconds", 0U)
            << " ms as the phone says, longest hole in a stream " << gap.longest().count() << " ms\n";
}

using F59_F60_F61_F62_F63_F64_F68_WlanTable_Peer = Radio;

TEST_F(F59_F60_F61_F62_F63_F64_F68_WlanTable_Peer, EveryRowConnectsAndRoamsFastWhenTheSignalFalls) {
  for (const TableRow& row : kRows) {
    roams(bench_, row, words_of(row.security, row.method), secret_of(row.security, row.method));
  }
}

using F69_WlanUser_Peer = Radio;
TEST_F(F69_WlanUser_Peer, DomainAndUserReachTheServerWithTheirBackslash) {
  ASSERT_TRUE(bench_->start({.lines = wpa("WPA-EAP", "0"), .users = kPeapUsers, .points = 1}));
  ASSERT_TRUE(joins("wpa2", "peap-mschapv2")) << bench_->state();
  EXPECT_TRUE(absl::StrContains(bench_->station(0), absl::StrCat("dot1xAuthSessionUserName=", kUser)))
      << bench_->station(0);
}

using F58_WlanOpen_Peer = Radio;
TEST_F(F58_WlanOpen_Peer, IsJoinedAndReportedAsUnprotected) {
  ASSERT_TRUE(bench_->start({.lines = {"auth_algs=1"}, .points = 1}));
  ASSERT_TRUE(joins("open")) << bench_->state();
  EXPECT_TRUE(bench_->wlan().value("unprotected", false));
  EXPECT_TRUE(absl::StrContains(bench_->phone().phone().phonectl_text({"network"}).output, "anyone in range can read"));
}

using F67_WlanAuto_Peer = Radio;
TEST_F(F67_WlanAuto_Peer, TakesPeapOrFastAndRefusesAServerWithOnlyTls) {
  for (const auto& users : {kPeapUsers, kFastUsers}) {
    ASSERT_TRUE(bench_->start({.lines = wpa("WPA-EAP", "0"), .users = users, .points = 1}));
    ASSERT_TRUE(joins("wpa2", "auto")) << bench_->state();
  }
  ASSERT_TRUE(
      bench_->start({.lines = wpa("WPA-EAP", "0"), .users = {absl::StrCat("\"", kUser, "\" TLS")}, .points = 1}));
  ASSERT_EQ(bench_->apply(enterprise("wpa2", "auto"), kPassword).exit_code, 0);
  EXPECT_TRUE(bench_->becomes("HELD", "METHOD_FORBIDDEN")) << bench_->state();
  EXPECT_TRUE(absl::StrContains(bench_->wlan()["access"].value("detail", ""), "password is kept"));
}

using F65_F66_WlanCiphers_Peer = Radio;
TEST_F(F65_F66_WlanCiphers_Peer, TkipOnlyWhenAskedForAndCkipNever) {
  ASSERT_TRUE(bench_->start(
      {.lines = {"wpa=1", "wpa_pairwise=TKIP", "wpa_key_mgmt=WPA-PSK", absl::StrCat("wpa_passphrase=", kKey)},
       .points = 1}));
  ASSERT_EQ(bench_->apply({"psk", RadioBench::kSsid}, kKey).exit_code, 0);
  EXPECT_TRUE(bench_->becomes("CONNECTING", "SECURITY_MISMATCH")) << bench_->state();
  EXPECT_NE(bench_->apply({"psk", RadioBench::kSsid, "--ckip"}, kKey).exit_code, 0);
  ASSERT_EQ(bench_->apply({"psk", RadioBench::kSsid, "--compatible"}, kKey).exit_code, 0);
  ASSERT_TRUE(bench_->becomes("AUTHENTICATED")) << bench_->state();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [] { return bench_->wlan().value("cipher", "") == "TKIP"; }));
}

using F34_LscForWlan_Peer = Radio;
TEST_F(F34_LscForWlan_Peer, IsNotShownWhileThePolicyDoesNotSaySo) {
  ASSERT_TRUE(bench_->start({.lines = wpa("WPA-EAP", "0"), .users = kTlsUsers, .points = 1}));
  auto words = enterprise("wpa2", "tls");
  words.insert(words.end(), {"--certificate", "lsc"});
  ASSERT_EQ(bench_->apply(words).exit_code, 0);
  EXPECT_TRUE(bench_->becomes("HELD", "NO_CERTIFICATE")) << bench_->state();
  EXPECT_TRUE(absl::StrContains(bench_->wlan()["access"].value("detail", ""), "configuration does not allow the LSC"));
}

struct Fault {
  const char* name;
  RadioBench::Network network;
  std::vector<std::string> words;
  const char *secret, *state, *cause;
};

using F63_WlanFaults_Peer = Radio;
TEST_F(F63_WlanFaults_Peer, EachEndsInTheRightStateWithItsCause) {
  const Fault kFaults[] = {
      {"wrong PSK",
       {.lines = psk("WPA-PSK"), .points = 1},
       {"psk", RadioBench::kSsid},
       "wrong-wrong",
       "HELD",
       "WRONG_KEY"},
      {"wrong SAE password",
       {.lines = sae("SAE"), .points = 1},
       {"sae", RadioBench::kSsid},
       "wrong-wrong",
       "HELD",
       "WRONG_KEY"},
      {"wrong authority",
       {.lines = wpa("WPA-EAP", "0"), .users = kPeapUsers, .server = "stranger-server", .points = 1},
       enterprise("wpa2", "peap-mschapv2"),
       kPassword,
       "HELD",
       "SERVER_UNTRUSTED"},
      {"another name",
       {.lines = wpa("WPA-EAP", "0"), .users = kPeapUsers, .server = "other-name", .points = 1},
       enterprise("wpa2", "peap-mschapv2"),
       kPassword,
       "HELD",
       "SERVER_NAME"},
      {"only a forbidden method",
       {.lines = wpa("WPA-EAP", "0"), .users = {absl::StrCat("\"", system::kIdentity, "\" PEAP")}, .points = 1},
       enterprise("wpa2", "tls"),
       "",
       "HELD",
       "METHOD_FORBIDDEN"},
      {"another security",
       {.lines = psk("WPA-PSK"), .points = 1},
       {"sae", RadioBench::kSsid},
       kKey,
       "CONNECTING",
       "SECURITY_MISMATCH"},
      {"no such network",
       {.lines = psk("WPA-PSK"), .points = 1},
       {"psk", "another"},
       kKey,
       "CONNECTING",
       "NO_ACCESS_POINT"},
  };
  for (const Fault& fault : kFaults) {
    SCOPED_TRACE(fault.name);
    ASSERT_TRUE(bench_->start(fault.network));
    ASSERT_EQ(bench_->apply(fault.words, fault.secret).exit_code, 0);
    EXPECT_TRUE(bench_->becomes(fault.state, fault.cause)) << bench_->wlan().dump(1);
    EXPECT_NE(bench_->wlan()["access"].value("cure", ""), "");
  }
}

TEST_F(F63_WlanFaults_Peer, LostAccessPointIsReportedAndComesBackByItself) {
  ASSERT_TRUE(bench_->start({.lines = psk("WPA-PSK"), .points = 1}));
  ASSERT_TRUE(joins("psk")) << bench_->state();
  bench_->stop();
  EXPECT_TRUE(bench_->becomes("CONNECTING", "NO_ACCESS_POINT")) << bench_->state();
  ASSERT_TRUE(bench_->start({.lines = psk("WPA-PSK"), .points = 1}));
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED")) << bench_->state();
  // So does a supplicant that dies.
  ASSERT_EQ(bench_->phone().phone().systemctl({"kill", "--signal=SIGKILL", "phone-supplicant.service"}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [] { return bench_->state() != "AUTHENTICATED"; }));
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED")) << bench_->state();
}

using F70_WlanPassword_Peer = Radio;
TEST_F(F70_WlanPassword_Peer, IsClearedWhenRefusedAndStaysWhenTheServerIsTheWrongOne) {
  ASSERT_TRUE(bench_->start({.lines = wpa("WPA-EAP", "0"), .users = kPeapUsers, .server = "other-name", .points = 1}));
  ASSERT_EQ(bench_->apply(enterprise("wpa2", "peap-mschapv2"), kPassword).exit_code, 0);
  ASSERT_TRUE(bench_->becomes("HELD", "SERVER_NAME")) << bench_->state();
  // The right server at last: nothing has to be entered again.
  ASSERT_TRUE(bench_->start({.lines = wpa("WPA-EAP", "0"), .users = kPeapUsers, .points = 1}));
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED")) << bench_->state();
  // Nor after an access point whose server offers only other methods, again and again, and one that fails at once:
  // neither proves who it is.
  ASSERT_TRUE(
      bench_->start({.lines = wpa("WPA-EAP", "0"), .users = {absl::StrCat("\"", kUser, "\" TLS")}, .points = 1}));
  ASSERT_TRUE(bench_->becomes("HELD", "METHOD_FORBIDDEN")) << bench_->state();
  EXPECT_TRUE(absl::StrContains(bench_->wlan()["access"].value("detail", ""), "password is kept"))
      << bench_->wlan().dump(1);
  ASSERT_TRUE(bench_->start({.lines = wpa("WPA-EAP", "0"), .users = {"\"somebody-else\" PEAP"}, .points = 1}));
  ASSERT_TRUE(bench_->becomes("HELD", "REFUSED")) << bench_->state();
  ASSERT_TRUE(bench_->start({.lines = wpa("WPA-EAP", "0"), .users = kPeapUsers, .points = 1}));
  EXPECT_TRUE(bench_->becomes("AUTHENTICATED", "", absl::Seconds(90))) << bench_->state();
  // PEAP-GTC has no message within its tunnel for a wrong password: the result outside the tunnel counts.
  ASSERT_TRUE(bench_->start({.lines = wpa("WPA-EAP", "0"), .users = kGtcUsers, .points = 1}));
  ASSERT_EQ(bench_->apply(enterprise("wpa2", "peap-gtc"), "another-secret").exit_code, 0);
  ASSERT_TRUE(bench_->becomes("HELD", "PASSWORD")) << bench_->wlan().dump(1);
  EXPECT_TRUE(absl::StrContains(bench_->wlan()["access"].value("detail", ""), "password is kept"));
  for (const char* method : {"peap-mschapv2", "fast"}) {
    SCOPED_TRACE(method);
    const std::string name(method);
    ASSERT_TRUE(
        bench_->start({.lines = wpa("WPA-EAP", "0"), .users = name == "fast" ? kFastUsers : kPeapUsers, .points = 1}));
    ASSERT_EQ(bench_->apply(enterprise("wpa2", method), "another-secret").exit_code, 0);
    EXPECT_TRUE(bench_->becomes("HELD", "PASSWORD_CLEARED")) << bench_->wlan().dump(1);
    EXPECT_TRUE(absl::StrContains(bench_->wlan()["access"].value("detail", ""), "has been cleared"));
  }
  // A restart does not bring it back, and no log holds any of it.
  ASSERT_TRUE(bench_->phone().phone().kill("network_access", "SIGKILL").ok());
  EXPECT_TRUE(bench_->becomes("HELD", "PASSWORD_CLEARED")) << bench_->state();
  const std::string logs = bench_->phone().logs();
  for (const char* secret : {kPassword, kKey, "another-secret", "wrong-wrong", "PAC-Key", "PRIVATE KEY"}) {
    EXPECT_FALSE(absl::StrContains(logs, secret)) << secret;
  }
}

// The row of the bench: what 802.11r saves.
using F64_FullAssociation_Peer = Radio;
TEST_F(F64_FullAssociation_Peer, IsWhatANetworkWithoutFastRoamingCosts) {
  const TableRow kFull[] = {
      {"PSK", "psk", "", psk("WPA-PSK"), {}, "", false},
      {"EAP-TLS", "wpa2", "tls", wpa("WPA-EAP", "0"), kTlsUsers, "", false},
      {"EAP-PEAP", "wpa2", "peap-mschapv2", wpa("WPA-EAP", "0"), kPeapUsers, "", false},
  };
  for (const TableRow& row : kFull) {
    SCOPED_TRACE(row.name);
    ASSERT_TRUE(bench_->start({.lines = row.lines, .users = row.users}));
    ASSERT_TRUE(joins(row.security, row.method)) << bench_->state();
    ASSERT_TRUE(bench_->is_at(0)) << bench_->wlan().dump(1);
    UdpGap gap(bench_->phone().phone().phone_pid(), "10.9.0.1", 5004);
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return gap.received() > 20; }));
    gap.reset();
    ASSERT_TRUE(bench_->moves_to(1)) << bench_->wlan().dump(1);
    const json roam = bench_->wlan()["lastRoam"];
    EXPECT_FALSE(roam.value("fast", false));
    std::cout << "full association, " << row.name << ": " << roam.value("gapMilliseconds", 0U)
              << " ms as the phone says, longest hole in a stream " << gap.longest().count() << " ms\n";
  }
}

}  // namespace
}  // namespace phone::wlan
