// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves that policy does not rely on what the download process reports (F9, F16): the shipped policy process with a
// false phone-download, which answers with an unsigned configuration as if it had come by HTTPS.
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

class F9_LyingDownload_Lab : public Scene {
 protected:
  // All that policy keeps but its log of what happened, which is meant to grow.
  std::map<std::string, std::string> kept() const {
    auto files = flash("policy");
    std::erase_if(files, [](const auto& file) { return file.first.ends_with("audit.log"); });
    return files;
  }
};

constexpr char kSigned[] = "SEP0A1B2C3D4E5F.cnf.xml.sgn";
constexpr char kForged[] =
    "<device><deviceSecurityMode>1</deviceSecurityMode><devicePool><callManagerGroup><members><member priority=\"0\">"
    "<callManager><processNodeName>10.77.0.66</processNodeName></callManager></member></members></callManagerGroup>"
    "</devicePool><vendorConfig><remoteDiagnostics>true</remoteDiagnostics></vendorConfig>"
    "<versionStamp>forged</versionStamp></device>";

TEST_F(F9_LyingDownload_Lab, ADownloadThatNeverDidTlsPutsNothingInForce) {
  serve({"--plain-configuration", "--capf-mode", "none", "--signer-version", "1.1"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
  const auto before = kept();

  ASSERT_TRUE(stage_->put("lab/forged.xml", kForged).ok());
  (void)phone_->systemctl({"stop", "phone-download.socket", "phone-download.service"});
  auto liar = rig::Process::start(
      {.argv = phone_->inside() + std::vector<std::string>{PHONE_BINARY_DIR "/bin/phone-lying-download",
                                                           "/run/phone/download/fetch.sock",
                                                           (stage_->lab() / "forged.xml").string()},
       .output = stage_->log("liar.log").string()});
  ASSERT_TRUE(liar.ok()) << liar.status();
  const auto said = [&](const std::string& line) {
    std::ifstream log(stage_->log("liar.log"));
    return absl::StrContains(std::string((std::istreambuf_iterator<char>(log)), {}), line);
  };
  ASSERT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return said("lying"); }));
  reprovision();
  ASSERT_TRUE(rig::poll_until(absl::Seconds(15), [&] { return said(absl::StrCat("pipe ", kSigned)); }))
      << "HTTPS was not tried";
  EXPECT_TRUE(status_becomes(
      [&](const auto&) { return file_ending(kSigned).value("state", "") == "FILE_STATE_REFUSED"; }, absl::Seconds(15)))
      << file_ending(kSigned).dump(1);
  std::cout << "  " << file_ending(kSigned).dump() << "\n";
  EXPECT_EQ(kept(), before) << "the policy in force is the one of before";
  EXPECT_TRUE(is_registered(status()));
}

}  // namespace
}  // namespace phone::system
