// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F14, F15 and the first part of F81: from power-on to a registration over mutual TLS with the LSC, and kill -9
// of each process on the way and after it. Every process is the shipped one under its shipped unit.
#include "tests/system/scene/scene.hpp"
#include "tools/rig/units.hpp"

namespace phone::system {
namespace {

class F14_CustomerSiteCertificate_Lab : public Scene {};
class F81_CallsSurvive_Lab : public Scene {};

TEST_F(F14_CustomerSiteCertificate_Lab, TheTlsClientCertificateIsTheLscAfterCapf) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  EXPECT_EQ(status()["signaling"]["registration"][0]["clientCertificate"], "LSC");
  auto seen = lab_->wait_for([](const nlohmann::json& event) { return event.value("event", "") == "registered"; },
                             absl::Seconds(2));
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->value("certificate", ""), "LSC") << seen->dump();
}

TEST_F(F81_CallsSurvive_Lab, TheRegistrationIsBackAfterTheDeathOfAnyOneProcess) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  std::vector<std::string> victims = rig::kServices;
  victims.emplace_back("enrolment");
  for (const std::string& victim : victims) {
    SCOPED_TRACE(victim);
    std::map<std::string, std::string> restarts;
    for (const std::string& other : victims) restarts[other] = phone_->property(other, "NRestarts");
    // Enrolment is there while an order is open; here as if one were.
    ASSERT_EQ(phone_->systemctl({"start", rig::unit_of(victim)}).exit_code, 0);
    ASSERT_TRUE(phone_->kill(victim, "KILL").ok());
    ASSERT_TRUE(
        rig::poll_until(absl::Seconds(5), [&] { return phone_->property(victim, "NRestarts") != restarts[victim]; }));
    EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return phone_->property(victim, "ActiveState") == "active"; }));
    EXPECT_TRUE(becomes_registered(absl::Seconds(10))) << status().dump(1);
    for (const std::string& other : rig::kServices) {
      if (other != victim) {
        EXPECT_EQ(phone_->property(other, "NRestarts"), restarts[other]) << other << " was restarted too";
      }
    }
  }
}

TEST_F(F81_CallsSurvive_Lab, KillingEachProcessOnTheWayToTheRegistrationOnlyDelaysIt) {
  serve();
  // Enrolment runs only in the first round: the certificate it gets stays on flash.
  for (const char* victim : {"enrolment", "trust_store", "certificate_manager", "policy", "download", "signaling"}) {
    SCOPED_TRACE(victim);
    ASSERT_TRUE(phone_->power_on().ok());
    ASSERT_TRUE(
        rig::poll_until(absl::Seconds(10), [&] { return phone_->property(victim, "ActiveState") == "active"; }));
    ASSERT_TRUE(phone_->kill(victim, "KILL").ok());
    EXPECT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
    ASSERT_TRUE(phone_->power_off().ok());
  }
}

}  // namespace
}  // namespace phone::system
