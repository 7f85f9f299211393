// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F21, F14 and the CAPF part of F88 over real processes: every way to authenticate with RSA and EC keys, a
// server that says nothing, and each way in which what it says can be wrong.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

class F21_Capf_Lab : public Scene {
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
  // Of the last or current enrolment.
  std::string reason() {
    const auto all = certificates();
    return all.contains("enrolment") ? all["enrolment"].value("reason", "") : "";
  }
  // Everything certificate_manager keeps but its record of orders and reports.
  std::map<std::string, std::string> certificate_files() const {
    std::map<std::string, std::string> files;
    for (const auto& [file, content] : flash("certificate_manager")) {
      if (file.ends_with(".pem") || file.ends_with(".der") || file.find("chain") != std::string::npos) {
        files[file] = content;
      }
    }
    return files;
  }
};

struct Way {
  const char* lab_auth;  // what the call manager demands
  const char* by;        // what the user asks for; nullptr: provisioning does it by itself
  const char* lab_key;
  const char* key;  // what must have come of it
};

// A null string installed the first one. The first existing certificate is the EC one of the row before it, the second
// an RSA one.
const Way kWays[] = {{"string", "string", "ec256", "EC P-256"},
                     {"existing", nullptr, "rsa2048", "RSA 2048"},
                     {"existing", "lsc", "ec384", "EC P-384"},
                     {"mic", nullptr, "rsa3072", "RSA 3072"},
                     {"mic", "mic", "ec256", "EC P-256"}};

TEST_F(F21_Capf_Lab, EveryWayToAuthenticateInstallsEveryKindOfKeyAndASilentServerOnlyDelays) {
  serve({"--capf-mode", "upgrade"});
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "capf=silent\n").ok());
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(rig::poll_until(absl::Seconds(25), [&] { return absl::StrContains(reason(), "did not answer in time"); }))
      << certificates().dump(1);
  EXPECT_EQ(certificates()["enrolment"].value("server", ""), "10.77.0.1:3804") << certificates().dump(1);
  const absl::Time asked = absl::Now();
  EXPECT_FALSE(status().contains("unreachable")) << status()["unreachable"].dump();
  EXPECT_FALSE(decisions().empty());
  EXPECT_LT(absl::Now() - asked, absl::Seconds(2)) << "a silent CAPF server holds up others";
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_EQ(lsc().value("key", ""), "RSA 2048") << certificates().dump(1);

  ASSERT_TRUE(stage_->put("lab/auth-string", "2468013579\n").ok());
  for (const Way& way : kWays) {
    SCOPED_TRACE(absl::StrCat(way.lab_auth, ", ", way.key));
    const std::string old = lsc().value("serial", "none");
    serve({"--capf-mode", "upgrade", "--capf-auth", way.lab_auth, "--key", way.lab_key, "--auth-string-file",
           (stage_->lab() / "auth-string").string()});
    if (way.by == nullptr) {
      reprovision();
    } else {
      auto ordered = rig::run(
          {.argv = phone_->inside() + std::vector<std::string>{"/usr/lib/phone/phonectl", "enrol", "--by", way.by},
           .input = "2468013579\n"});
      ASSERT_TRUE(ordered.ok()) << ordered.status();
      EXPECT_EQ(ordered->exit_code, 0) << ordered->output;
    }
    const bool renewed = rig::poll_until(absl::Seconds(25), [&] {
      const auto now = lsc();
      return now.value("key", "") == way.key && now.value("serial", "") != old;
    });
    EXPECT_TRUE(renewed) << certificates().dump(1);
    const auto session = lab_->wait_for(
        [](const nlohmann::json& event) {
          return event.value("event", "") == "capf" && event.value("result", "") == "done";
        },
        absl::Seconds(5));
    ASSERT_TRUE(session.ok()) << "the call manager has not seen a session to its end";
    EXPECT_EQ(session->value("key", ""), way.key) << session->dump();
  }
  // With an EC certificate in force: the connection is made anew with it.
  ASSERT_TRUE(phone_->kill("signaling", "KILL").ok());
  const auto registered = lab_->wait_for(
      [](const nlohmann::json& event) {
        return event.value("event", "") == "registered" && event.value("key", "") == "EC P-256";
      },
      absl::Seconds(15));
  EXPECT_TRUE(registered.ok()) << status().dump(1);

  // Every wrong word of the server is refused by its cause, and the LSC stays byte for byte.
  serve({"--capf-mode", "upgrade"});
  const auto before = certificate_files();
  ASSERT_FALSE(before.empty());
  const std::string restarts_before = restarts();
  for (const char* fault : {"truncated", "flipped", "stranger", "oversized", "wrong-device", "gone"}) {
    SCOPED_TRACE(fault);
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, absl::StrCat("capf=", fault, "\n")).ok());
    const std::string told = reason();
    EXPECT_EQ(phone_->phonectl_text({"enrol", "--by", "null"}).exit_code, 0);
    EXPECT_TRUE(rig::poll_until(absl::Seconds(15), [&] {
      const std::string now = reason();
      return now != told && now != "requested by the user" && !now.empty();
    })) << certificates().dump(1);
    std::cout << "  capf " << fault << ": " << reason() << "\n";
    EXPECT_EQ(certificate_files(), before);
  }
  EXPECT_TRUE(decided(
      "10.77.0.1:3804",
      [](const auto& one) {
        return one.value("kind", "") == "peer" && !one.value("accepted", false) &&
               absl::StrContains(one.value("reason", ""), "is not on the CTL or ITL, needed as CAPF");
      },
      absl::Seconds(2)));
  EXPECT_EQ(restarts(), restarts_before) << "something crashed";
}

}  // namespace
}  // namespace phone::system
