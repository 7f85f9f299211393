// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F45, F60, F70: the machine with profiles of the configuration, under virtual time.
#include <gmock/gmock.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "services/network_access/access/access.hpp"

namespace phone::network::access_configured_test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Keeps what the machine has ordered and said.
class Recorder : public Access::Delegate {
 public:
  void entered(Access::State, Access::State, std::string_view) override {}
  void session_entered(AccessState, AccessState, std::string_view) override {}
  void run(Plan plan) override {
    for (const auto& command : plan) commands.push_back(command.text);
  }
  void ask_status(std::uint64_t) override {}
  void ask_access_points() override { ++scans; }
  void arm(std::optional<std::chrono::milliseconds>) override {}
  void publish(const AccessProfile& profile, const AccessStatus& status) override {
    published = profile;
    last = status;
  }
  void tell(std::string kind, Access::Severity, std::string text) override { told.push_back(kind + ": " + text); }
  absl::Status save(const AccessProfile& profile) override {
    saved = profile;
    return absl::OkStatus();
  }
  void keep(const AccessProfile& profile) override { kept = profile; }
  absl::Status write_files(const SupplicantSetup& setup, const AccessProfile&, const std::string&) override {
    anchors = setup.anchors;
    return absl::OkStatus();
  }
  void forget_files() override {}
  absl::StatusOr<bool> keep_pac(const std::string&) override { return false; }
  const crypto::Secret& pac() const override { return pac_; }

  bool configured_with(const std::string& part) const {
    return std::ranges::any_of(commands, [&](const auto& one) { return absl::StrContains(one, part); });
  }

  std::vector<std::string> commands, told, anchors;
  int scans = 0;
  AccessProfile published, saved, kept;
  AccessStatus last;

 private:
  crypto::Secret pac_;
};

class F45_ConfiguredAccess : public ::testing::Test {
 protected:
  explicit F45_ConfiguredAccess(AccessProfile own = EapProfile())
      : access({.profile = std::move(own), .policy = {}, .around = {.product = "DP-9861", .anchors_file = "/a"}},
               recorder) {
    access.change_supplicant(true, now);
    access.change_link(true, now);
    const OwnCertificate mic{EapCertificate::kMic, {"x"}, now.wall - absl::Hours(1), now.wall + absl::Hours(1)};
    access.change_certificates({.device_name = "SEP0A1B2C3D4E5F", .certificates = {mic}}, now);
  }
  static AccessPolicy mode(int value) { return {.enabled = value == 2, .disabled = value == 1}; }
  static AccessPolicy with_server(AccessPolicy policy) {
    policy.eap.emplace();
    policy.eap->profile.servers = {"radius.lab"};
    return policy;
  }

  Recorder recorder;
  Access::Now now{.steady = std::chrono::steady_clock::time_point(std::chrono::hours(1)),
                  .wall = absl::FromUnixSeconds(1'796'000'000)};
  Access access;
};

TEST_F(F45_ConfiguredAccess, Mode2BeginsAsSoonAsTheListsHaveAnAuthority) {
  access.change_policy(with_server(mode(2)), now);
  EXPECT_EQ(access.status().state, AccessState::kHeld);
  EXPECT_EQ(access.status().cause, AccessCause::kProfileInvalid);
  EXPECT_THAT(access.status().detail, HasSubstr("nor the trust lists have a CA"));
  const auto failures = [&] {
    return std::ranges::count_if(recorder.told, [](const auto& one) { return one.starts_with("access.failed"); });
  };
  EXPECT_EQ(failures(), 1);
  access.change_certificates({.device_name = "SEP0A1B2C3D4E5F", .certificates = {}}, now);
  EXPECT_EQ(failures(), 1) << "the same is told once";
  const OwnCertificate mic{EapCertificate::kMic, {"x"}, now.wall - absl::Hours(1), now.wall + absl::Hours(1)};
  access.change_certificates({.device_name = "SEP0A1B2C3D4E5F", .certificates = {mic}}, now);
  access.change_authorities({{"listed"}}, now);
  EXPECT_EQ(access.state(), Access::State::kAsking);
  EXPECT_THAT(recorder.anchors, ElementsAre("listed"));
  EXPECT_EQ(recorder.last.source.profile, "the configuration");
  EXPECT_THAT(recorder.last.source.servers, ElementsAre("radius.lab"));
}

TEST_F(F45_ConfiguredAccess, Mode1EndsItAndTheUserIsToldWhy) {
  access.change_policy(with_server(mode(2)), now);
  access.change_authorities({{"listed"}}, now);
  ASSERT_EQ(access.state(), Access::State::kAsking);
  access.change_policy(with_server(mode(1)), now);
  EXPECT_EQ(access.state(), Access::State::kOff);
  EapProfile on;
  on.enabled = true;
  const auto applied = access.apply(on, now);
  EXPECT_EQ(applied.refusal, "");
  EXPECT_EQ(applied.remark, "802.1X stays off: the configuration disables it");
  EXPECT_EQ(access.state(), Access::State::kOff);
}

TEST_F(F45_ConfiguredAccess, Mode0LeavesItToTheUserWhoNeedsOnlySwitchItOn) {
  access.change_policy(with_server(mode(0)), now);
  access.change_authorities({{"listed"}}, now);
  EXPECT_EQ(access.state(), Access::State::kOff);
  EapProfile on;
  on.enabled = true;
  const auto applied = access.apply(on, now);
  EXPECT_EQ(applied.refusal, "");
  EXPECT_EQ(applied.remark, "802.1X is on with the configuration's profile");
  EXPECT_EQ(access.state(), Access::State::kAsking);
  // Without anything to believe the server by it is refused, and stays off.
  EXPECT_EQ(access.apply(EapProfile(), now).refusal, "");
  access.change_policy(mode(0), now);
  access.change_authorities({}, now);
  EXPECT_THAT(access.apply(on, now).refusal, HasSubstr("give --authority FILE"));
  EXPECT_EQ(access.state(), Access::State::kOff);
}

TEST_F(F45_ConfiguredAccess, ThePasswordOfAnOpenConfigurationIsNotMissedInSilence) {
  auto policy = with_server(mode(2));
  policy.eap->profile.method = EapMethod::kFast;
  policy.eap->refused = "eapPassword was in a configuration that was not encrypted, so others may have read it";
  access.change_authorities({{"listed"}}, now);
  access.change_policy(policy, now);
  EXPECT_EQ(access.status().state, AccessState::kHeld);
  EXPECT_THAT(access.status().detail, HasSubstr("not encrypted"));
  EXPECT_THAT(recorder.commands, IsEmpty());
}

class F60_ConfiguredWlan : public F45_ConfiguredAccess {
 protected:
  F60_ConfiguredWlan() : F45_ConfiguredAccess(WlanProfile()) {}
  static ConfiguredWlan psk(const std::string& ssid) {
    ConfiguredWlan made{.profile = {.enabled = true, .ssid = ssid, .security = WlanSecurity::kPsk}};
    made.profile.key = crypto::Secret::copy_of("GREG123567@9ZX&W");
    return made;
  }
  std::string ssid() const { return std::get<WlanProfile>(access.profile()).ssid; }
};

TEST_F(F60_ConfiguredWlan, TheNextProfileIsTriedWhenANetworkIsNotInReach) {
  AccessPolicy policy;
  policy.wlans = {psk("Office"), psk("Guests")};
  access.change_policy(policy, now);
  EXPECT_EQ(ssid(), "Office");
  EXPECT_EQ(access.state(), Access::State::kAsking);
  access.take(supplicant::NetworkNotFound{}, now);
  EXPECT_EQ(recorder.scans, 1);
  recorder.commands.clear();
  access.take_scan_results("bssid / frequency / signal level / flags / ssid\n", now);
  EXPECT_EQ(ssid(), "Guests");
  EXPECT_EQ(access.state(), Access::State::kAsking);
  EXPECT_TRUE(recorder.configured_with("477565737473")) << "the SSID in hexadecimal digits";
  ASSERT_EQ(recorder.last.choices.size(), 2U);
  EXPECT_EQ(recorder.last.choices[0].ssid, "Guests");
  // And the first again.
  access.take(supplicant::NetworkNotFound{}, now);
  access.take_scan_results("bssid / frequency / signal level / flags / ssid\n", now);
  EXPECT_EQ(ssid(), "Office");
}

TEST_F(F60_ConfiguredWlan, TheUsersOwnIsSavedAndALockedOneStays) {
  AccessPolicy policy;
  policy.wlans = {psk("Office")};
  policy.wlans[0].locked = true;
  access.change_policy(policy, now);
  const auto applied = access.apply(psk("Home").profile, now);
  EXPECT_EQ(applied.remark, "WLAN is on with the configuration's profile");
  EXPECT_EQ(ssid(), "Office");
  EXPECT_EQ(std::get<WlanProfile>(recorder.saved).ssid, "Home");
  EXPECT_EQ(access.apply(WlanProfile(), now).remark, "WLAN stays on: the configuration asks for it");
  policy.wlans[0].locked = false;
  access.change_policy(policy, now);
  EXPECT_EQ(access.state(), Access::State::kOff) << "switched off by the user";
  WlanProfile on;
  on.enabled = true;
  EXPECT_EQ(access.apply(on, now).refusal, "");
  EXPECT_EQ(ssid(), "Office");
}

}  // namespace
}  // namespace phone::network::access_configured_test
