// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F97's problem report on a whole phone: an archive of bounded size that ordinary tar reads, without secrets,
// calls and numbers, posted over HTTPS to a server that is judged; asked for by the user and by the call manager.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class F97_ProblemReport_Lab : public Scene {
 protected:
  rig::Outcome told(const std::vector<std::string>& words, const std::string& input = "") {
    auto outcome = rig::run(
        {.argv = phone_->inside() +
                 std::vector<std::string>{"sh", "-c", "exec /usr/lib/phone/phonectl \"$@\" 2>&1", "sh"} + words,
         .input = input});
    return outcome.ok() ? *outcome : rig::Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
  }
  fs::path reports() const { return stage_->root() / "reports"; }
  std::size_t count() const {
    std::error_code error;
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(reports(), error), fs::directory_iterator()));
  }
  void take_reports(std::vector<std::string> more) {
    fs::create_directories(reports());
    more.insert(more.end(), {"--reports", reports().string()});
    serve(more);
  }
  // All of an archive, as tar unpacks it.
  std::string unpacked(const fs::path& archive) {
    auto outcome = rig::run({.argv = {"tar", "-xzOf", archive.string()}});
    return outcome.ok() && outcome->exit_code == 0 ? outcome->output : "";
  }
};

TEST_F(F97_ProblemReport_Lab, HoldsWhatHelpsAndNoSecretNoCallAndNoNumber) {
  ASSERT_TRUE(stage_->put("digest", "Digest-Password-0815\n").ok());
  take_reports({"--set", "commonProfile/phonePassword=48151623", "--digest-password-file",
                (stage_->root() / "digest").string(), "--digest-nonces", "lasting", "--set", "vendorConfig/garp=0",
                "--set", "vendorConfig/gapr=Typo-Secret-77", "--set", "vendorConfig/emergencyNumbers=112", "--set",
                "vendorConfig/scepChallenge=Challenge-Secret-99"});
  const auto far_end = ring_up();
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  ASSERT_EQ(told({"unlock"}, "48151623\n").exit_code, 0);
  const auto sent = told({"report", "--reason", "no sound since noon"});
  ASSERT_EQ(sent.exit_code, 0) << sent.output;
  EXPECT_THAT(sent.output, HasSubstr(absl::StrCat("the report was sent to ", rig::Lab::kAddress, ":8444")));
  const auto event =
      lab_->wait_for([](const json& one) { return one.value("event", "") == "problem-report"; }, absl::Seconds(5));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->value("device", ""), kDevice);
  EXPECT_TRUE(event->value("taken", false));
  ASSERT_EQ(count(), 1U);
  const fs::path archive = fs::directory_iterator(reports())->path();
  EXPECT_LT(fs::file_size(archive), 512U * 1024);
  const std::string all = unpacked(archive);
  for (const char* helps : {"no sound since noon", "phonemesh-", "\"registered\":true", "TLSv1.3", "vendorConfig/garp",
                            "\"accepted\": true", "trust_list.", "port0"}) {
    const std::string loose = absl::StrCat(helps);
    EXPECT_THAT(all, HasSubstr(loose == "\"registered\":true" ? "\"registered\": true" : loose));
  }
  for (const char* secret :
       {"Digest-Password-0815", "48151623", "Typo-Secret-77", "Challenge-Secret-99", "PRIVATE KEY", "inline:"}) {
    EXPECT_THAT(all, Not(HasSubstr(secret)));
  }
  // The far end is 1002, this phone 1001.
  for (const char* number : {"\"1002\"", "sip:1002", "1002@", "\"1001\"", "sip:1001", "1001@", "CALL_STATE"}) {
    EXPECT_THAT(all, Not(HasSubstr(number)));
  }
}

TEST_F(F97_ProblemReport_Lab, TheCallManagerMayAskAndAServerThatNobodyVouchesForGetsNone) {
  take_reports({});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  ASSERT_TRUE(rig::Lab::order(*stage_, "notify service-control action=prt-report").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return count() == 1; }));
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "url=stranger").ok());
  auto outcome = told({"report"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("was refused: server certificate refused"));
  EXPECT_EQ(count(), 1U);
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  EXPECT_EQ(told({"report"}).exit_code, 0);

  stop_serving();
  take_reports({"--set", absl::StrCat("vendorConfig/problemReportUploadURL=http://", rig::Lab::kAddress, ":8444/prt")});
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return absl::StrContains(told({"report"}).output, "problemReportUploadURL: a http URL is refused");
  }));
}

}  // namespace
}  // namespace phone::system
