// Proves F86 and F14 over real processes: a certificate that our own TLS would not show is refused, one that the call
// manager refuses gives way to the one before, and what is proven by a registration stays.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene.hpp"

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
  void misbehave(const std::string& fault) {
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, absl::StrCat("capf=", fault, "\n")).ok());
    EXPECT_EQ(phone_->phonectl_text({"enrol", "--by", "null"}).exit_code, 0);
  }
};

TEST_F(F86_LscOnTrial_Lab, OnlyACertificateThatWorksReplacesTheOneThatDoes) {
  serve({"--capf-mode", "upgrade"});
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(40))) << status().dump(1);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return !lsc().empty() && !lsc().value("on_trial", false); }))
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
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return absl::StrContains(reason(), "RSA 512 is too short"); }))
      << reason();
  misbehave("expired");
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return absl::StrContains(reason(), "it has expired on"); }))
      << reason();
  EXPECT_EQ(chain_of(flash("certificate_manager")), chain_of(before)) << "byte for byte";
  EXPECT_TRUE(is_registered(status()));

  // By an authority that the call manager does not take: only a registration can tell.
  const std::string old = lsc().value("serial", "");
  misbehave("unknown-issuer");
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return lsc().value("on_trial", false); }))
      << certificates().dump(1);
  EXPECT_NE(lsc().value("serial", ""), old);
  EXPECT_EQ(certificates()["before"].value("serial", ""), old);
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  ASSERT_TRUE(phone_->kill("certificate_manager", "KILL").ok());  // the trial is on flash
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());            // a connection with the new one
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] { return lsc().value("serial", "") == old; }))
      << certificates().dump(1);
  EXPECT_TRUE(absl::StrContains(certificates().value("fallen_back", ""), "the LSC before is in force again"))
      << certificates().dump(1);
  EXPECT_FALSE(lsc().value("on_trial", false));
  EXPECT_TRUE(becomes_registered(absl::Seconds(20))) << status().dump(1);
  EXPECT_EQ(chain_of(flash("certificate_manager")), chain_of(before));
  std::cout << "  fallen back: " << certificates().value("fallen_back", "") << "\n";

  // A good one is proven by the next registration.
  EXPECT_EQ(phone_->phonectl_text({"enrol", "--by", "null"}).exit_code, 0);
  ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return lsc().value("serial", old) != old; }))
      << certificates().dump(1);
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return !lsc().empty() && !lsc().value("on_trial", false); }))
      << certificates().dump(1);
  EXPECT_NE(lsc().value("serial", ""), old);
  EXPECT_FALSE(certificates().contains("before")) << certificates().dump(1);
}

}  // namespace
}  // namespace phone::system
