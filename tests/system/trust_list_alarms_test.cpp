// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F29 from outside: each of the nine codes, caused by its row of the article's table, reaches the call manager,
// and every field of it is what the phone had on flash at that moment. Three starts of a phone with empty trust: what
// happens in between changes only what the lab serves.
#include <filesystem>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;

class F29_TrustListAlarm_Lab : public Scene {
 protected:
  // As the signature of a list reads in an alarm (cisco-formats.md G5).
  std::string signature_on_flash(const char* file) {
    const auto files = flash("trust_store");
    const auto found = files.find((stage_->state("trust_store") / file).string());
    if (found == files.end()) return "Not Installed";
    std::string text;
    const std::string sha1 = crypto::hex(crypto::digest(crypto::Digest::kSha1, found->second));
    for (size_t i = 0; i < sha1.size(); i += 2) absl::StrAppend(&text, absl::AsciiStrToUpper(sha1.substr(i, 2)), " ");
    return text;
  }

  void serve_with(const std::string& faults) { ASSERT_TRUE(rig::Lab::misbehave(*stage_, faults).ok()); }

  void reprovision_with(const std::string& faults) {
    serve_with(faults);
    EXPECT_EQ(phone_->phonectl_text({"reprovision"}).exit_code, 0);
  }

  // Whether a list was held when the code was given; then its signature is that of the file on flash.
  enum class Now { kHeld, kNone };

  // The next alarm at the call manager: accepted there, this code, and every field true.
  void expect_alarm(int code, Now ctl_is, Now itl_is) {
    SCOPED_TRACE(absl::StrCat("alarm ", code));
    const auto alarms = [&] {
      std::vector<nlohmann::json> found;
      for (const nlohmann::json& event : lab_->events()) {
        if (event["event"] == "alarm") found.push_back(event);
      }
      return found;
    };
    ASSERT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return alarms().size() > seen_; }))
        << "no alarm; " << status()["provisioning"].dump(1);
    nlohmann::json alarm = alarms()[seen_++];
    // Looked at now, when the phone has decided.
    const std::string ctl = ctl_is == Now::kHeld ? this->ctl() : kNone;
    const std::string itl = itl_is == Now::kHeld ? this->itl() : kNone;
    EXPECT_EQ(ctl == kNone, ctl_is == Now::kNone);
    EXPECT_EQ(itl == kNone, itl_is == Now::kNone);
    EXPECT_EQ(alarm["name"], "DeviceTLInfo");
    EXPECT_EQ(alarm["code"], code) << alarm.dump(1);
    EXPECT_TRUE(alarm["accepted"]) << alarm["reason"];
    nlohmann::json& values = alarm["values"];
    EXPECT_EQ(values["StatusCode"], std::to_string(code));
    EXPECT_EQ(values["DeviceName"], kDevice);
    EXPECT_EQ(values["IPv4Address"].get<std::string>().substr(0, 8), "10.77.0.");
    EXPECT_EQ(values["IPv6Address"], "");
    EXPECT_EQ(values["CTL_Signature"], ctl);
    EXPECT_EQ(values["CTL_TFTP_Server"], ctl == kNone ? "N/A" : rig::Lab::kAddress);
    EXPECT_EQ(values["ITL_Signature"], itl);
    EXPECT_EQ(values["ITL_TFTP_Server"], itl == kNone ? "N/A" : rig::Lab::kAddress);
  }

  std::string ctl() { return signature_on_flash("CTLFile.tlv"); }
  std::string itl() { return signature_on_flash("ITLFile.tlv"); }

  // A phone without trust lists; its certificates stay.
  void start_with_empty_trust() {
    ASSERT_TRUE(phone_->power_off().ok());
    for (const char* service : {"trust_store", "policy", "signaling"}) {
      for (const auto& entry : fs::directory_iterator(stage_->state(service))) fs::remove_all(entry.path());
    }
    ASSERT_TRUE(phone_->power_on().ok());
  }

  const std::string kNone = "Not Installed";
  size_t seen_ = 0;
};

TEST_F(F29_TrustListAlarm_Lab, EachOfTheNineCodesReachesTheCallManagerWithEveryFieldTrue) {
  serve();
  // Nothing installed and nothing worth installing: no server to report to yet.
  serve_with("ctl=flipped\nitl=flipped\n");
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(status_becomes(
      [](const nlohmann::json& now) {
        return now.contains("provisioning") && !now["provisioning"].value("lastFailure", "").empty();
      },
      absl::Seconds(60)))
      << status().dump(1);
  // A first pair of which one is good. Now there is a server, and both alarms are reported in order.
  reprovision_with("itl=flipped\n");
  expect_alarm(6, Now::kNone, Now::kNone);
  expect_alarm(7, Now::kHeld, Now::kNone);
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  // The ITL comes good.
  reprovision_with("");
  expect_alarm(1, Now::kHeld, Now::kHeld);
  const std::string both = ctl() + itl();
  reprovision_with("ctl=flipped\n");
  expect_alarm(5, Now::kHeld, Now::kHeld);
  reprovision_with("itl=stranger\n");
  expect_alarm(8, Now::kHeld, Now::kHeld);
  reprovision_with("ctl=stranger\nitl=truncated\n");
  expect_alarm(9, Now::kHeld, Now::kHeld);
  EXPECT_EQ(ctl() + itl(), both) << "and the lists are what they were";

  serve_with("");
  start_with_empty_trust();
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  expect_alarm(4, Now::kHeld, Now::kHeld);

  serve_with("itl=gone\n");
  start_with_empty_trust();
  expect_alarm(2, Now::kHeld, Now::kNone);

  // An ITL without a CTL is not mixed mode: registration waits for the CTL, and then both are reported.
  serve_with("ctl=gone\n");
  start_with_empty_trust();
  ASSERT_TRUE(rig::poll_until(absl::Seconds(60), [&] { return itl() != kNone; })) << status().dump(1);
  reprovision_with("");
  expect_alarm(3, Now::kNone, Now::kHeld);
  expect_alarm(1, Now::kHeld, Now::kHeld);
}

}  // namespace
}  // namespace phone::system
