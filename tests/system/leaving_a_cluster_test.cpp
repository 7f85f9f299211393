// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F87 from outside: a phone of one cluster refuses another's lists, a preview says so beforehand, and it moves
// by itself once the old cluster's release is served with them.
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;

class F87_LeavingACluster_Lab : public Scene {
 protected:
  std::string run_lab(std::vector<std::string> words) {
    words.insert(words.begin(), (stage_->bin() / "phone-lab").string());
    const auto outcome = rig::run({.argv = words}, absl::Seconds(60));
    EXPECT_TRUE(outcome.ok() && outcome->exit_code == 0) << (outcome.ok() ? outcome->output : "does not run");
    return outcome.ok() ? outcome->output : "";
  }
  std::string installed_itl() {
    const auto files = flash("trust_store");
    const auto found = files.find((stage_->state("trust_store") / "ITLFile.tlv").string());
    return found == files.end() ? "" : found->second;
  }
};

TEST_F(F87_LeavingACluster_Lab, APreviewForetellsARefusedMoveAndASignedReleaseAllowsIt) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const std::string old_itl = installed_itl();

  // The old cluster signs a release; then everything that signs lists there is made anew, which is another cluster.
  const fs::path release = stage_->root() / "release", lists = stage_->root() / "new-lists",
                 next = stage_->root() / "beside";
  for (const fs::path& directory : {release, lists, next}) fs::create_directories(directory);
  const std::string dir = stage_->lab().string();
  run_lab({"release", "--dir", dir, "--device", kDevice, "--out", release.string()});
  stop_serving();
  for (const auto& entry : fs::directory_iterator(stage_->lab())) {
    const std::string name = entry.path().filename().string();
    if (name == "itlrecovery.pem" || name == "callmanager.pem" || name == "tvs.pem") {
      fs::remove(entry.path());
    }
  }
  run_lab({"pki", "--dir", dir, "--host", rig::Lab::kAddress, "--far-end", rig::Lab::kFarEnd});
  run_lab({"lists", "--dir", dir, "--device", kDevice, "--out", lists.string()});

  const auto preview = phone_->phonectl_text({"trust", "preview", (lists / "ITLFile.tlv").string()});
  EXPECT_EQ(preview.exit_code, 1);
  EXPECT_TRUE(absl::StrContains(preview.output, "would refuse this ITL and report 8 TL_FAILED_OLD_ITL"))
      << preview.output;
  EXPECT_TRUE(absl::StrContains(preview.output, "is not a list signer (SAST) of the CTL or ITL in force"))
      << preview.output;
  EXPECT_EQ(installed_itl(), old_itl) << "a preview changes nothing";

  serve({"--files", next.string()});
  EXPECT_EQ(phone_->phonectl_text({"reprovision"}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    const auto why = phone_->phonectl_text({"trust", "why", absl::StrCat("ITL", kDevice, ".tlv")});
    return absl::StrContains(why.output, "was refused") && absl::StrContains(why.output, "is not a list signer (SAST)");
  })) << phone_->phonectl_text({"trust", "decisions"}).output;
  EXPECT_EQ(installed_itl(), old_itl);

  fs::copy_file(release / absl::StrCat(kDevice, ".release.sgn"), next / absl::StrCat(kDevice, ".release.sgn"));
  fs::permissions(next / absl::StrCat(kDevice, ".release.sgn"), fs::perms(0644));
  EXPECT_EQ(phone_->phonectl_text({"reprovision"}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(60), [&] {
    return !installed_itl().empty() && installed_itl() != old_itl;
  })) << phone_->phonectl_text({"trust", "decisions"}).output;
  EXPECT_TRUE(status_becomes(
      [&](const nlohmann::json& now) {
        return is_registered(now) && now["provisioning"].value("lastFailure", "").empty();
      },
      absl::Seconds(90)))
      << status().dump(1);
  const auto why = phone_->phonectl_text({"trust", "why", "release"});
  EXPECT_TRUE(absl::StrContains(why.output, "release.sgn was accepted at")) << why.output;
  const auto alarm =
      lab_->wait_for([](const nlohmann::json& event) { return event["event"] == "alarm"; }, absl::Seconds(30));
  EXPECT_TRUE(alarm.ok());
}

}  // namespace
}  // namespace phone::system
