// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F86 and F14 over real processes: a certificate that our own TLS would not show is refused, one that the call
// manager refuses gives way to the one before, and what is proven by a registration stays.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

class F86_LscOnTrial_Lab : public Scene {
 protected:
  nlohmann::json certificates() {
    auto answer = phone_->phonectl({"certificates", "--json"});
    return answer.ok() ? *answer : nlohmann::json::object();
  }
  nlohmann::json lsc() {
    const auto all = certificates();
    if (all.contains("certificate")) {
      for (const auto& one : all["certificate"]) {
        if (one.value("kind", "") == "CERTIFICATE_KIND_LSC") return one;
      }
    }
    return nlohmann::json::object();
  }
  std::string reason() {
    const auto all = certificates();
    return all.contains("enrolment") ? all["enrolment"].value("reason", "") : "";
  }
  // fallen_back itself is in memory only, and the process may have been killed after it; the audit log stays.
  std::string audit_log() {
    std::string log;
    for (const auto& [file, content] : flash("policy")) {
      if (file.ends_with("audit.log")) log += content;
    }
    return log;
  }
  // A call manager that schedules an upgrade anew, since each is done once, and does it wrong.
  void misbehave(const std::string& fault) {
    serve({"--capf-mode", "upgrade"});
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, absl::StrCat("capf=", fault, "\n")).ok());
    EXPECT_EQ(phone_->phonectl_text({"enrol", "--by", "null"}).exit_code, 0);
  }
};

TEST_F(F86_LscOnTrial_Lab, OnlyACertificateThatWorksReplacesTheOneThatDoes) {
  serve({"--capf-mode", "upgrade"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(40))) << status().dump(1);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return !lsc().empty() && !lsc().value("onTrial", false); }))
      << certificates().dump(1);
  const auto before = flash("certificate_manager");
  const auto chain_of = [](const std::map<std::string, std::string>& files) {
    for (const auto& [file, content] : files) {
      if (file.ends_with("lsc.pem")) return content;
    }
    return std::string();
  };
  ASSERT_FALSE(chain_of(before).empty());

  misbehave("weak-key");
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] {
    return absl::StrContains(reason(), "an RSA 512 key is too short");
  })) << reason();
  misbehave("expired");
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return absl::StrContains(reason(), "it expired on"); }))
      << reason();
  EXPECT_EQ(chain_of(flash("certificate_manager")), chain_of(before)) << "byte for byte";
  EXPECT_TRUE(becomes_registered(absl::Seconds(20))) << status().dump(1);

  // By an authority that the call manager does not take: only a registration can tell.
  const std::string old = lsc().value("serial", "");
  misbehave("unknown-issuer");
  // The connection is made anew with it at once, so the trial may be over before it is seen.
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] {
    return lsc().value("onTrial", false) || certificates().contains("fallenBack");
  })) << certificates().dump(1);
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  ASSERT_TRUE(phone_->kill("certificate_manager", "KILL").ok());  // the trial is on flash
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] { return lsc().value("serial", "") == old; }))
      << certificates().dump(1);
  EXPECT_FALSE(lsc().value("onTrial", false));
  EXPECT_TRUE(becomes_registered(absl::Seconds(20))) << status().dump(1);
  EXPECT_EQ(chain_of(flash("certificate_manager")), chain_of(before));
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    return absl::StrContains(audit_log(), "the previous LSC is in use again");
  })) << audit_log();

  // A good one is proven by the next registration.
  serve({"--capf-mode", "upgrade"});
  EXPECT_EQ(phone_->phonectl_text({"enrol", "--by", "null"}).exit_code, 0);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return lsc().value("serial", old) != old; }))
      << certificates().dump(1);
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return !lsc().empty() && !lsc().value("onTrial", false); }))
      << certificates().dump(1);
  EXPECT_NE(lsc().value("serial", ""), old);
  EXPECT_FALSE(certificates().contains("before")) << certificates().dump(1);
}

}  // namespace
}  // namespace phone::system
