// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves, for F35, F37 and F94, that a kept board can be administered: what `phone-lab configure` changes of a call
// manager that serves reaches the phone by its NOTIFY, without a hand on the phone, in each security mode; and the
// article's LSC by authentication string can be done with it.
#include <gmock/gmock.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using ::testing::HasSubstr;

class F35_F37_F94_ChangedWhileItRuns_Lab : public Scene {
 protected:
  rig::Outcome configure(const std::vector<std::string>& words) {
    std::vector<std::string> all{
        "sh",        "-c",    "exec \"$@\" 2>&1",    "sh", (stage_->bin() / "phone-lab").string(),
        "configure", "--dir", stage_->lab().string()};
    all.insert(all.end(), words.begin(), words.end());
    auto outcome = rig::run({.argv = all});
    return outcome.ok() ? *outcome : rig::Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
  }
  std::string at(const char* pointer) { return status().value(nlohmann::json::json_pointer(pointer), std::string()); }
  bool becomes(const char* pointer, const std::string& part) {
    return rig::poll_until(absl::Seconds(40), [&] { return absl::StrContains(at(pointer), part); });
  }
  std::string lsc() {
    const auto now = status();
    for (const auto& one : now.value("/certificates/certificate"_json_pointer, nlohmann::json::array())) {
      if (one.value("kind", "") == "CERTIFICATE_KIND_LSC") return one.value("serial", "?");
    }
    return "";
  }
};

TEST_F(F35_F37_F94_ChangedWhileItRuns_Lab, EachChangeReachesThePhoneByNotify) {
  serve({"--keepalive", "20"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  ASSERT_TRUE(becomes("/security/securityMode", "Encrypted")) << status().dump(1);

  ASSERT_EQ(configure({"--set", "vendorConfig/fipsMode=true"}).exit_code, 0);
  EXPECT_TRUE(status_becomes([](const auto& now) { return now.value("/security/fips"_json_pointer, false); },
                             absl::Seconds(40)))
      << status().dump(1);
  ASSERT_EQ(configure({"--unset", "vendorConfig/fipsMode"}).exit_code, 0);
  EXPECT_TRUE(status_becomes(
      [](const auto& now) { return now.contains("security") && !now.value("/security/fips"_json_pointer, false); },
      absl::Seconds(40)))
      << status().dump(1);

  ASSERT_EQ(configure({"--set", "deviceSecurityMode=2"}).exit_code, 0);
  EXPECT_TRUE(becomes("/signaling/registration/0/cipherSuite", "NULL")) << status().dump(1);
  EXPECT_TRUE(becomes("/security/securityMode", "Authenticated")) << status().dump(1);
  ASSERT_EQ(configure({"--set", "deviceSecurityMode=1"}).exit_code, 0);
  EXPECT_TRUE(becomes("/security/securityMode", "Non Secure")) << status().dump(1);
  EXPECT_TRUE(becomes("/signaling/registration/0/server", ":5060")) << status().dump(1);
  ASSERT_EQ(configure({"--unset", "deviceSecurityMode"}).exit_code, 0);
  EXPECT_TRUE(becomes("/security/securityMode", "Encrypted")) << status().dump(1);

  const rig::Outcome refused = configure({"--set", "deviceSecurityMode=4"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("deviceSecurityMode is 1 (nonsecure), 2 (authenticated) or 3 (encrypted)"));
}

TEST_F(F35_F37_F94_ChangedWhileItRuns_Lab, AnLscIsSetUpByAuthenticationStringAndRemovedAgain) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(30), [&] { return !lsc().empty(); })) << status().dump(1);
  const std::string before = lsc();
  const auto string = (stage_->root() / "string").string();
  std::ofstream(string) << "4815162342\n";
  const auto enrol = [&] {
    auto outcome =
        rig::run({.argv = phone_->inside() + std::vector<std::string>{
                                                 "sh", "-c", "echo 4815162342 | /usr/lib/phone/phonectl enrol 2>&1"}});
    return outcome.ok() ? outcome->exit_code : -1;
  };

  ASSERT_EQ(configure({"--capf-mode", "upgrade", "--capf-auth", "string", "--auth-string-file", string}).exit_code, 0);
  EXPECT_TRUE(becomes("/provisioning/doing", "authentication string")) << status().dump(1);
  EXPECT_EQ(enrol(), 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return !lsc().empty() && lsc() != before; }))
      << status().dump(1);
  EXPECT_TRUE(becomes_registered(absl::Seconds(60)));

  ASSERT_EQ(configure({"--capf-mode", "delete", "--capf-auth", "string", "--auth-string-file", string}).exit_code, 0);
  EXPECT_TRUE(becomes("/provisioning/doing", "authentication string")) << status().dump(1);
  EXPECT_EQ(enrol(), 0);
  EXPECT_TRUE(becomes("/security/lsc", "Not installed")) << status().dump(1);
}

}  // namespace
}  // namespace phone::system
