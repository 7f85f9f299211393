// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F99 from outside: an attacker in the server's place replays files that the cluster signed in 2024. Neither the
// configuration nor the rollback list is accepted; only the administrator can allow the former, and what it lowers is
// reported.
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;

class F99_Freshness_Lab : public Scene {
 protected:
  void run_lab(std::vector<std::string> words) {
    words.insert(words.begin(), (stage_->bin() / "phone-lab").string());
    const auto outcome = rig::run({.argv = words}, absl::Seconds(60));
    EXPECT_TRUE(outcome.ok() && outcome->exit_code == 0) << (outcome.ok() ? outcome->output : "does not run");
  }
  // Files that the cluster of `pki` makes, in a directory that the lab serves before all others.
  fs::path made(const char* directory, const char* command, const fs::path& pki, std::vector<std::string> more) {
    const fs::path out = stage_->root() / directory;
    fs::create_directories(out);
    std::vector<std::string> words{
        command, "--dir", pki.string(), "--device", kDevice, "--host", rig::Lab::kAddress, "--out", out.string()};
    words.insert(words.end(), more.begin(), more.end());
    run_lab(words);
    for (const auto& entry : fs::directory_iterator(out)) fs::permissions(entry.path(), fs::perms(0644));
    return out;
  }
  std::string text(std::vector<std::string> words) { return phone_->phonectl_text(std::move(words)).output; }
  std::string security(const char* what) {
    return status().value("security", nlohmann::json::object()).value(what, "");
  }
  bool is_refused(const std::string& about, const std::string& reason) {
    return decided(
        about,
        [&](const nlohmann::json& decision) {
          return !decision.value("accepted", false) && absl::StrContains(decision.value("reason", ""), reason);
        },
        absl::Seconds(30));
  }
  std::string incidents(const std::string& kind) {
    std::string all;
    const auto now = status();
    if (!now.contains("incident")) return all;
    for (const auto& event : now["incident"]) {
      if (event.value("kind", "") == kind) absl::StrAppend(&all, event.value("text", ""), "\n");
    }
    return all;
  }
  std::string audit_log() {
    const auto files = flash("policy");
    const auto found = files.find((stage_->state("policy") / "audit.log").string());
    return found == files.end() ? "" : found->second;
  }
};

constexpr char kLongAgo[] = "1704067200";  // 2024-01-01

TEST_F(F99_Freshness_Lab, AConfigurationOf2024IsRefusedUntilTheAdministratorAllowsItAndThenReportedForWhatItLowers) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  ASSERT_EQ(security("securityMode"), "Encrypted");

  const std::string name = absl::StrCat(kDevice, ".cnf.xml.sgn");
  const fs::path old = made("old", "config", stage_->lab(),
                            {"--plain-configuration", "--security-mode", "nonsecure", "--capf-mode", "none",
                             "--remote-diagnostics", "--signed-at", kLongAgo});
  serve({"--files", old.string(), "--fault", "enc=gone"});
  reprovision();
  EXPECT_TRUE(is_refused(name, "older than the newest accepted one: signed 2024-01-01 00:00:00 UTC"))
      << text({"trust", "decisions"});
  EXPECT_EQ(security("securityMode"), "Encrypted");
  EXPECT_TRUE(absl::StrContains(incidents("file.refused"), "2024-01-01")) << status().dump(1);
  EXPECT_EQ(incidents("incident.lowered"), "");

  // Nor after a restart, and whatever became of the marks.
  for (const char* file : {"freshness.json", "freshness.spare.json"}) {
    ASSERT_TRUE(phone_->power_off().ok());
    std::ofstream(stage_->state("trust_store") / file) << "garbage";
    ASSERT_TRUE(phone_->power_on().ok());
    ASSERT_TRUE(status_becomes(
        [&](const nlohmann::json& now) {
          return now.contains("provisioning") &&
                 absl::StrContains(now["provisioning"].value("lastFailure", ""), "older than");
        },
        absl::Seconds(60)))
        << status().dump(1);
    EXPECT_EQ(security("securityMode"), "Encrypted");
  }

  const auto preview = phone_->phonectl_text({"trust", "preview", (old / name).string()});
  EXPECT_EQ(preview.exit_code, 1);
  EXPECT_TRUE(absl::StrContains(preview.output, "would refuse this file: older than")) << preview.output;
  EXPECT_TRUE(absl::StrContains(preview.output, "older            yes")) << preview.output;

  const auto act = phone_->phonectl_text({"trust", "allow-older", "configuration", "--reason", "a test of the backup"});
  EXPECT_EQ(act.exit_code, 0) << act.output;
  EXPECT_EQ(phone_->phonectl_text({"trust", "preview", (old / name).string()}).exit_code, 0);
  reprovision();
  EXPECT_TRUE(status_becomes(
      [](const nlohmann::json& now) {
        return now.value("security", nlohmann::json::object()).value("securityMode", "") == "Non Secure";
      },
      absl::Seconds(60)))
      << status().dump(1);
  const std::string lowered = incidents("incident.lowered");
  for (const char* part :
       {"signed by CN=", "2024-01-01 00:00:00 UTC, lowers: ", "security mode from encrypted to non-secure",
        "encrypted configuration file from required to not required", "remote diagnostics from off to on"}) {
    EXPECT_TRUE(absl::StrContains(lowered, part)) << part << "\n" << lowered;
    EXPECT_TRUE(absl::StrContains(audit_log(), part)) << part;
  }
  EXPECT_TRUE(absl::StrContains(incidents("incident.older_allowed"), "a test of the backup"));
  EXPECT_TRUE(absl::StrContains(text({"trust", "decisions"}), "a test of the backup"));
}

TEST_F(F99_Freshness_Lab, AnOldRollbackListIsRefusedWhereThereIsNoCtl) {
  const std::vector<std::string> cluster{"--no-ctl",        "--capf-mode", "none", "--plain-configuration",
                                         "--security-mode", "nonsecure"};
  serve(cluster);
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const std::string itl = security("itlSignature");

  const fs::path old = made("old", "lists", stage_->lab(), {"--no-ctl", "--rollback", "--signed-at", kLongAgo});
  const fs::path evil_pki = stage_->root() / "evil-pki";
  run_lab({"pki", "--dir", evil_pki.string(), "--host", rig::Lab::kAddress, "--far-end", rig::Lab::kFarEnd});
  const fs::path evil = made("evil", "lists", evil_pki, {"--no-ctl"});
  const auto attacked_with = [&](const fs::path& files, const std::string& tvs_fault) {
    auto arguments = cluster;
    arguments.insert(arguments.end(), {"--files", files.string()});
    if (!tvs_fault.empty()) arguments.insert(arguments.end(), {"--fault", tvs_fault});
    serve(arguments);
    reprovision();
  };
  const std::string name = absl::StrCat("ITL", kDevice, ".tlv");

  attacked_with(old, "tvs=gone");
  EXPECT_TRUE(is_refused(name, "a rollback list older than the newest accepted one")) << text({"trust", "decisions"});
  EXPECT_EQ(security("itlSignature"), itl);

  // With the cluster's own TVS available it is recognised for what it is, and still opens nothing.
  attacked_with(old, "");
  EXPECT_TRUE(status_becomes(
      [&](const nlohmann::json& now) {
        return now.value("security", nlohmann::json::object()).value("itlSignature", "") != itl;
      },
      absl::Seconds(30)))
      << text({"trust", "decisions"});
  EXPECT_TRUE(status().value("security", nlohmann::json::object()).value("signedFilesRequired", false));
  EXPECT_TRUE(absl::StrContains(incidents("incident.lowered"), "rollback list")) << status().dump(1);
  const std::string rollback = security("itlSignature");
  attacked_with(evil, "");
  EXPECT_TRUE(is_refused(name, "is not a list signer (SAST)")) << text({"trust", "decisions"});
  EXPECT_EQ(security("itlSignature"), rollback);

  // And the cluster's own list leads out of it.
  serve(cluster);
  reprovision();
  EXPECT_TRUE(status_becomes(
      [&](const nlohmann::json& now) {
        return now.value("security", nlohmann::json::object()).value("itlSignature", "") == itl;
      },
      absl::Seconds(60)))
      << text({"trust", "decisions"});
}

}  // namespace
}  // namespace phone::system
