// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves the reporting part of F81 and F84: after a death, a hang and a clean restart `phonectl status` says what
// happened, when and how long it took, and the metrics count it.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::system {
namespace {

class F81_CallsSurvive_Truth_Lab : public Scene {
 protected:
  // The newest incident of a service whose text has these words; empty when there is none.
  nlohmann::json incident(const std::string& service, const std::string& words) {
    const auto now = status();
    nlohmann::json found;
    for (const auto& one : now.value("incident", nlohmann::json::array())) {
      if (one.value("service", "") == service && absl::StrContains(one.value("text", ""), words)) found = one;
    }
    return found;
  }
  bool is_told(const std::string& service, const std::string& words, absl::Duration patience = absl::Seconds(15)) {
    nlohmann::json found;
    const bool told = rig::poll_until(
        patience, [&] { return !(found = incident(service, words)).empty(); }, absl::Milliseconds(100));
    if (told) std::cout << "  " << found.value("time", "") << " " << found.value("text", "") << "\n";
    return told;
  }
};

TEST_F(F81_CallsSurvive_Truth_Lab, StatusSaysWhatDiedOfWhatAndHowLongItTook) {
  if (rig::kRelaxed) GTEST_SKIP() << "not under a sanitizer";
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  for (const char* victim :
       {"media", "signaling", "trust_store", "certificate_manager", "policy", "network_access", "gateway"}) {
    SCOPED_TRACE(victim);
    ASSERT_TRUE(phone_->kill(victim, "KILL").ok());
    EXPECT_TRUE(is_told(victim, "ms: killed by signal KILL")) << status().dump(1);
    const auto told = incident(victim, "killed by signal KILL");
    EXPECT_FALSE(told.value("time", "").empty());
    EXPECT_EQ(told["detail"].value("status", ""), "KILL");
    EXPECT_GT(std::stoi(told["detail"].value("milliseconds", "0")), 0);
  }
  phone_->systemctl({"restart", "phone-media.service"});
  EXPECT_TRUE(is_told("media", "stopped normally")) << status().dump(1);
  ASSERT_TRUE(phone_->kill("policy", "STOP").ok());
  EXPECT_TRUE(is_told("policy", "hung and was ended by its watchdog", absl::Seconds(30))) << status().dump(1);
  const auto metrics = phone_->phonectl_text({"metrics"});
  for (const char* line :
       {"phone_restarts_total{service=\"media\",cause=\"signal\"} 1",
        "phone_restarts_total{service=\"media\",cause=\"success\"} 1",
        "phone_restarts_total{service=\"policy\",cause=\"watchdog\"} 1", "phone_up{service=\"signaling\"} 1"}) {
    EXPECT_TRUE(absl::StrContains(metrics.output, line)) << line << "\n" << metrics.output;
  }
  EXPECT_TRUE(absl::StrContains(phone_->phonectl_text({"status"}).output, "Incidents"));
}

// Neither has a stream of events or is always there; each dies and hangs in the middle of what it was asked for.
TEST_F(F81_CallsSurvive_Truth_Lab, ProcessesThatRunOnDemandAreReportedToo) {
  if (rig::kRelaxed) GTEST_SKIP() << "not under a sanitizer";
  const auto runs = [this](const char* service) {
    return rig::poll_until(
        absl::Seconds(20), [&] { return phone_->property(service, "ActiveState") == "active"; }, absl::Milliseconds(5));
  };
  serve({"--capf-mode", "none", "--plain-configuration"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  reprovision();
  ASSERT_TRUE(runs("download"));
  ASSERT_TRUE(phone_->kill("download", "KILL").ok());
  EXPECT_TRUE(is_told("download", "killed by signal KILL")) << status().dump(1);
  reprovision();
  ASSERT_TRUE(runs("download"));
  ASSERT_TRUE(phone_->kill("download", "STOP").ok());
  EXPECT_TRUE(is_told("download", "hung and was ended by its watchdog", absl::Seconds(30))) << status().dump(1);

  // The order is open while the server says nothing.
  serve({"--plain-configuration"});
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "capf=silent\n").ok());
  reprovision();
  ASSERT_TRUE(runs("enrolment"));
  ASSERT_TRUE(phone_->kill("enrolment", "KILL").ok());
  EXPECT_TRUE(is_told("enrolment", "restarted after")) << status().dump(1);
  ASSERT_TRUE(runs("enrolment"));
  ASSERT_TRUE(phone_->kill("enrolment", "STOP").ok());
  EXPECT_TRUE(is_told("enrolment", "hung and was ended by its watchdog", absl::Seconds(30))) << status().dump(1);
  const auto metrics = phone_->phonectl_text({"metrics"});
  for (const char* line : {"phone_restarts_total{service=\"download\",cause=\"signal\"} 1",
                           "phone_restarts_total{service=\"download\",cause=\"watchdog\"} 1",
                           "phone_restarts_total{service=\"enrolment\",cause=\"signal\"} 1",
                           "phone_restarts_total{service=\"enrolment\",cause=\"watchdog\"} 1"}) {
    EXPECT_TRUE(absl::StrContains(metrics.output, line)) << line << "\n" << metrics.output;
  }

  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  EXPECT_TRUE(rig::poll_until(
      absl::Seconds(90),
      [&] {
        return absl::StrContains(phone_->phonectl_text({"certificates", "--json"}).output, "CERTIFICATE_KIND_LSC");
      }))
      << "the order has outlived all of it\n"
      << phone_->phonectl_text({"certificates"}).output;
}

TEST_F(F81_CallsSurvive_Truth_Lab, RefusalsAreReportedWithTheirCauseAndCounted) {
  if (rig::kRelaxed) GTEST_SKIP() << "not under a sanitizer";
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "enc=flipped\n").ok());
  EXPECT_EQ(phone_->phonectl_text({"reprovision"}).exit_code, 0);
  EXPECT_TRUE(is_told("policy", "refused")) << status().dump(1);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    return absl::StrContains(phone_->phonectl_text({"metrics"}).output,
                             "phone_refusals_total{service=\"policy\",what=\"file\"} ");
  }));
}

}  // namespace
}  // namespace phone::system
