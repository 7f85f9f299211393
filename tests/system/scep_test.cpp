// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F71 over real processes: a user certificate by SCEP, ordered by the configuration, its key in the token; a
// server whose root is not the one of the fingerprint gets nothing, and the challenge is in no log.
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

constexpr char kChallenge[] = "9f2c41d07be8-challenge";

class F71_Scep_Lab : public Scene {
 protected:
  nlohmann::json user_certificate() {
    auto all = phone_->phonectl({"certificates", "--json"});
    if (!all.ok() || !all->contains("certificate")) return nlohmann::json::object();
    for (const auto& one : (*all)["certificate"]) {
      if (one.value("kind", "") == "CERTIFICATE_KIND_USER") return one;
    }
    return nlohmann::json::object();
  }
  std::string enrolment() { return phone_->phonectl_text({"certificates", "--json"}).output; }
  bool logs_name(const std::string& words) const {
    for (const auto& log : std::filesystem::directory_iterator(stage_->log(""))) {
      std::ostringstream text;
      text << std::ifstream(log.path()).rdbuf();
      if (absl::StrContains(text.str(), words)) return true;
    }
    return false;
  }
};

TEST_F(F71_Scep_Lab, AUserCertificateComesThroughTheWholeMeshAndAStrangersDoesNot) {
  ASSERT_TRUE(stage_->put("lab/challenge", absl::StrCat(kChallenge, "\n")).ok());
  serve({"--scep", "--scep-pending", "1", "--scep-challenge-file", (stage_->lab() / "challenge").string()});
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "scep=stranger\n").ok());
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(40), [&] { return absl::StrContains(enrolment(), "fingerprint"); }))
      << enrolment();
  EXPECT_TRUE(user_certificate().empty()) << enrolment();

  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  ASSERT_TRUE(phone_->power_off().ok());
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(rig::poll_until(absl::Seconds(90), [&] { return !user_certificate().empty(); })) << enrolment();
  // Who took the request is on record, with the root it leads to.
  EXPECT_TRUE(decided(
      "",
      [](const auto& one) {
        return one.value("kind", "") == "peer" && one.value("role", "") == "path (scep)" &&
               one.value("accepted", false) && one.value("by", "") == "path";
      },
      absl::Seconds(2)));
  EXPECT_TRUE(absl::StrContains(user_certificate().value("issuer", ""), "CN=Lab SCEP CA")) << enrolment();
  EXPECT_TRUE(absl::StrContains(user_certificate().value("subject", ""), kDevice)) << enrolment();
  EXPECT_TRUE(becomes_registered(absl::Seconds(30))) << "the LSC serves SIP as before";
  EXPECT_FALSE(logs_name(kChallenge));
}

// F95: a device without a battery for its clock. What judges and asks starts in 1970 and has no other time.
TEST_F(F71_Scep_Lab, In1970AUserCertificateComesAllTheSame) {
  std::filesystem::copy_file(PHONE_CLOCK_SHIM, stage_->bin() / "clock_shim.so",
                             std::filesystem::copy_options::overwrite_existing);
  for (const char* unit : {"enrolment", "certificate-manager", "trust-store"}) {
    const std::string directory = absl::StrCat("/run/systemd/system/phone-", unit, ".service.d");
    const auto written =
        rig::run({.argv = phone_->inside() +
                          std::vector<std::string>{"sh", "-c",
                                                   absl::StrCat("mkdir -p ", directory,
                                                                " && printf '[Service]\\nEnvironment=LD_PRELOAD="
                                                                "/usr/lib/phone/clock_shim.so CLOCK_AT=1000\\n' > ",
                                                                directory, "/30-clock.conf")}});
    ASSERT_TRUE(written.ok() && written->exit_code == 0);
  }
  ASSERT_EQ(phone_->systemctl({"daemon-reload"}).exit_code, 0);
  ASSERT_TRUE(stage_->put("lab/challenge", absl::StrCat(kChallenge, "\n")).ok());
  serve({"--scep", "--scep-challenge-file", (stage_->lab() / "challenge").string()});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(rig::poll_until(absl::Seconds(90), [&] { return !user_certificate().empty(); })) << enrolment();
  EXPECT_TRUE(absl::StrContains(user_certificate().value("issuer", ""), "CN=Lab SCEP CA")) << enrolment();
  EXPECT_TRUE(logs_name("1970-01-01")) << "its clock was wrong";
  EXPECT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
}

}  // namespace
}  // namespace phone::system
