// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves that the phone degrades by the table in deploy/escalation instead of looping when a service cannot be kept
// running, and recovers by itself when it can: two of the table's rows, with a shorter pause.
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/units.hpp"

namespace phone::system {
namespace {

constexpr int kMostStarts = 60;  // 40 within 60 s, deploy/units, and what is under way meanwhile

class F81_Escalation_Lab : public Scene {
 protected:
  void SetUp() override {
    Scene::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(stage_
                    ->put("etc/escalation",
                          "trust_store signaling,policy,enrolment 3 nothing is trusted\nsignaling - 3 not registered\n")
                    .ok());
    serve();
    ASSERT_TRUE(phone_->power_on().ok());
    ASSERT_TRUE(becomes_registered(absl::Seconds(40))) << status().dump(1);
  }

  // From now on this service cannot run; each try is written down.
  void spoil(const std::string& service) {
    program_ = stage_->bin() / rig::program_of(service);
    std::error_code error;
    std::filesystem::rename(program_, program_.string() + ".good", error);
    ASSERT_FALSE(error) << error.message();
    ASSERT_TRUE(
        stage_->put("bin/" + rig::program_of(service), absl::StrCat("#!/bin/sh\necho started again >&2\nexit 70\n"))
            .ok());
    std::filesystem::permissions(program_, std::filesystem::perms(0755), error);
    ASSERT_TRUE(phone_->kill(service, "KILL").ok());
  }
  void mend() {
    std::error_code error;
    std::filesystem::rename(program_.string() + ".good", program_, error);
    ASSERT_FALSE(error) << error.message();
  }
  long starts(const std::string& service) {
    auto counted =
        rig::run({.argv = {"grep", "-c", "started again", stage_->log(rig::program_of(service) + ".log").string()}});
    return counted.ok() ? std::atol(counted->output.c_str()) : 0;
  }
  std::string state(const std::string& service) { return rig::units(*phone_).at(service).state; }

  std::filesystem::path program_;
};

TEST_F(F81_Escalation_Lab, WithoutSignalingThePhoneIsNotRegisteredAndNothingElseStops) {
  const auto before = rig::units(*phone_);
  spoil("signaling");
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return state("signaling") == "failed"; })) << state("signaling");
  EXPECT_TRUE(status_becomes(
      [](const nlohmann::json& now) {
        return !is_registered(now) && now.dump().find("signaling") != std::string::npos;
      },
      absl::Seconds(5)))
      << "the phone says so";
  EXPECT_LE(starts("signaling"), kMostStarts);
  for (const auto& [service, facts] : rig::units(*phone_)) {
    if (service == "signaling") continue;
    EXPECT_EQ(facts.state, "active") << service;
    EXPECT_EQ(facts.main_pid, before.at(service).main_pid) << service;
  }
  mend();
  EXPECT_TRUE(becomes_registered(absl::Seconds(30))) << "after the pause it is tried again";
}

TEST_F(F81_Escalation_Lab, WithoutTrustStoreEverythingThatTrustsStops) {
  const auto before = rig::units(*phone_);
  spoil("trust_store");
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60),
                              [&] {
                                return state("trust_store") == "failed" && state("signaling") == "inactive" &&
                                       state("policy") == "inactive";
                              }))
      << state("trust_store") << ", signaling " << state("signaling") << ", policy " << state("policy");
  EXPECT_FALSE(is_registered(status()));
  EXPECT_LE(starts("trust_store"), kMostStarts);
  for (const char* untouched : {"media", "gateway", "network_access", "certificate_manager"}) {
    EXPECT_EQ(rig::units(*phone_).at(untouched).main_pid, before.at(untouched).main_pid) << untouched;
  }
  mend();
  EXPECT_TRUE(becomes_registered(absl::Seconds(40))) << status().dump(1);
  for (const auto& [service, facts] : rig::units(*phone_)) EXPECT_EQ(facts.state, "active") << service;
}

class F81_SupplicantEscalation_Lab : public Scene {};

// The row of deploy/escalation, with a shorter pause and fewer starts: the service is given up, and tried again.
TEST_F(F81_SupplicantEscalation_Lab, OneThatCannotBeKeptUpIsGivenUpAndTriedAgain) {
  ASSERT_TRUE(stage_->put("etc/escalation", "supplicant - 2 no 802.1X\n").ok());
  std::filesystem::create_directories(stage_->root() / "units/phone-supplicant.service.d");
  // Instead of wpa_supplicant, something that ends at once while the file is there.
  ASSERT_TRUE(stage_
                  ->put("units/phone-supplicant.service.d/20-spoilt.conf",
                        "[Unit]\nStartLimitBurst=5\n[Service]\nExecStart=\nExecStart=/bin/sh -c 'if [ -e "
                        "/etc/phone/spoilt ]; then exit 70; fi; "
                        "exec /sbin/wpa_supplicant -g /run/phone-supplicant/global -G phone-eap'\n")
                  .ok());
  ASSERT_TRUE(stage_->put("etc/spoilt", "").ok());
  (void)rig::run({.argv = phone_->inside() +
                          std::vector<std::string>{
                              "sh", "-c",
                              absl::StrCat("cp -r ", (stage_->root() / "units/phone-supplicant.service.d").string(),
                                           " /run/systemd/system/")}});
  phone_->systemctl({"daemon-reload"});
  phone_->systemctl({"start", "--no-block", "phone-supplicant.service"});
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] {
    return phone_->property("supplicant", "ActiveState") == "failed";
  })) << phone_->property("supplicant", "ActiveState");
  std::error_code error;
  std::filesystem::remove(stage_->etc() / "spoilt", error);
  EXPECT_TRUE(
      rig::poll_until(absl::Seconds(30), [&] { return phone_->property("supplicant", "ActiveState") == "active"; }));
}

}  // namespace
}  // namespace phone::system
