// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F82 and F13: one service is replaced under load, 20 times, with a secure call up, and no caller that tries
// again sees a failure; a version that does not become ready is rolled back automatically, while the old one goes on
// serving.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/second_build.hpp"
#include "tools/rig/secure_call.hpp"

namespace phone::system {
namespace {

using rig::operator+;
using rig::SecureCall;

constexpr double kSlack = 5;
constexpr int kSwaps = 20;
// p99 while it is being swapped, the swaps one after the other.
constexpr double kLatencyGoalMs = 50;

class F82_PerServiceUpgrade_Peer : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto made = SecureCall::make();
    if (made.ok()) call_ = *std::move(made);
    if (!made.ok()) why_ = made.status();
  }
  static void TearDownTestSuite() {
    if (call_ && ::testing::UnitTest::GetInstance()->current_test_suite()->Failed()) {
      call_->keep();
      std::cout << "logs of this phone: " << call_->stage().root() / "log" << std::endl;
    }
    call_.reset();
  }
  void SetUp() override {
    if (absl::IsUnavailable(why_)) GTEST_SKIP() << why_.message();
    ASSERT_TRUE(why_.ok()) << why_;
  }

  rig::Process load(const std::string& service, int callers, int rate) {
    auto started =
        rig::Process::start({.argv = call_->phone().inside() +
                                     std::vector<std::string>{PHONE_BINARY_DIR "/bin/rpc-load", "/etc/phone/roles",
                                                              absl::StrCat(service, ":", callers, ":", rate)},
                             .output = call_->stage().log("rpc-load.log").string(),
                             .hold_input = true,
                             .capture = true});
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : rig::Process();
  }

  static nlohmann::json figures(rig::Process& load, const std::string& service) {
    auto said = load.end_input(absl::Seconds(30));
    EXPECT_TRUE(said.ok()) << said.status();
    auto json = nlohmann::json::parse(said.value_or(""), nullptr, false);
    return json.is_object() && json.contains(service) ? json[service] : nlohmann::json::object();
  }

  void others_untouched(const std::string& service, const std::map<std::string, rig::UnitFacts>& before) {
    for (const auto& [other, facts] : rig::units(call_->phone())) {
      EXPECT_EQ(facts.state, "active") << other;
      EXPECT_TRUE(other == service || facts.main_pid == before.at(other).main_pid) << other << " was restarted too";
    }
  }

  static std::unique_ptr<SecureCall> call_;
  static absl::Status why_;
};
std::unique_ptr<SecureCall> F82_PerServiceUpgrade_Peer::call_;
absl::Status F82_PerServiceUpgrade_Peer::why_;

class EachService : public F82_PerServiceUpgrade_Peer, public ::testing::WithParamInterface<const char*> {};
using F82_EachService_Peer = EachService;

// 1,000 calls a second from 8 callers.
TEST_P(F82_EachService_Peer, UnderLoadNoCallFailsAndTheCallGoesOn) {
  const std::string service = GetParam();
  const auto before = rig::units(call_->phone());
  rig::Process callers = load(service, 8, 1000);
  for (int i = 0; i < kSwaps; ++i) {
    const auto outcome = upgrade(*call_, service, make_second_build(*call_, service, absl::StrCat("build ", i)));
    ASSERT_EQ(outcome, 0) << "swap " << i << ", see log/upgrade.log";
  }
  const auto seen = figures(callers, service);
  std::cout << "  " << service << ", " << kSwaps << " swaps: " << seen.dump() << " (p99 goal " << kLatencyGoalMs
            << " ms)\n";
  EXPECT_GT(seen.value("calls", 0), 100 * kSwaps) << "that was no load";
  EXPECT_EQ(seen.value("failed", -1), 0) << seen.value("first_failure", "");
  EXPECT_LE(seen.value("p99_us", 1e9), kSlack * kLatencyGoalMs * 1000);
  others_untouched(service, before);
  auto well = call_->is_well(absl::Seconds(10));
  EXPECT_TRUE(well.ok()) << well.status();
  // The process that serves now is supervised as the first one was, and has everything that was kept for it.
  const auto pid = rig::units(call_->phone()).at(service).main_pid;
  ASSERT_TRUE(call_->phone().kill(service, "SIGKILL").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    const auto now = rig::units(call_->phone()).at(service);
    return now.state == "active" && now.main_pid != pid;
  }));
  well = call_->is_well(absl::Seconds(10));
  EXPECT_TRUE(well.ok()) << well.status();
}

INSTANTIATE_TEST_SUITE_P(Services, F82_EachService_Peer,
                         ::testing::Values("gateway", "trust_store", "certificate_manager", "policy", "network_access",
                                           "signaling", "media"),
                         [](const auto& row) { return std::string(row.param); });

struct Bad {
  const char* name;
  const char* program;
  friend void PrintTo(const Bad& row, std::ostream* out) { *out << row.name; }
};
class RolledBack : public F82_PerServiceUpgrade_Peer, public ::testing::WithParamInterface<Bad> {};
using F82_RolledBack_Peer = RolledBack;

// A version that ends at once, one that never says it is ready, and one that is no program at all.
TEST_P(F82_RolledBack_Peer, AVersionThatIsNotReadyIsTakenBackAndReported) {
  for (const std::string service : {"gateway", "media"}) {
    SCOPED_TRACE(service);
    const auto before = rig::units(call_->phone());
    const auto old_size = std::filesystem::file_size(program_of(*call_, service));
    ASSERT_TRUE(call_->stage().put("etc/bad-build", GetParam().program).ok());
    rig::Process callers = load(service, 2, 100);
    EXPECT_EQ(upgrade(*call_, service, "/etc/phone/bad-build", 3), 3) << "exit 3 says: taken back";
    const auto seen = figures(callers, service);
    EXPECT_EQ(seen.value("failed", -1), 0) << seen.value("first_failure", "");
    EXPECT_EQ(std::filesystem::file_size(program_of(*call_, service)), old_size);
    others_untouched(service, before);
    EXPECT_EQ(rig::units(call_->phone()).at(service).main_pid, before.at(service).main_pid) << "it never stopped";
    auto told =
        rig::run({.argv = call_->phone().inside() + std::vector<std::string>{"tail", "-1", "/run/phone/upgrades"}});
    ASSERT_TRUE(told.ok());
    EXPECT_TRUE(absl::StrContains(told->output, service) && absl::StrContains(told->output, "rolled back"))
        << told->output;
    auto well = call_->is_well(absl::Seconds(10));
    EXPECT_TRUE(well.ok()) << well.status();
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, F82_RolledBack_Peer,
                         ::testing::Values(Bad{"ends", "#!/bin/sh\nexit 70\n"},
                                           Bad{"hangs", "#!/bin/sh\nexec sleep 60\n"}, Bad{"garbage", "not a program"}),
                         [](const auto& row) { return std::string(row.param.name); });

using F82_Packages_Peer = F82_PerServiceUpgrade_Peer;

// deploy/package makes a package a service; one of them brings that service's program and units and nothing else, and
// what is in it serves in the place of what ran.
TEST_F(F82_Packages_Peer, APackageHoldsOneServiceAndUpgradesOnlyIt) {
  const std::filesystem::path out = call_->stage().root() / "packages";
  auto made = rig::run({.argv = {PHONE_SOURCE_DIR "/deploy/package", PHONE_BINARY_DIR, out.string()},
                        .output = call_->stage().log("package.log").string()},
                       absl::Minutes(3));
  ASSERT_TRUE(made.ok() && made->exit_code == 0) << "see log/package.log";
  std::map<std::string, std::string> packages;
  for (const auto& entry : std::filesystem::directory_iterator(out)) {
    const std::string file = entry.path().filename().string();
    packages[file.substr(0, file.find('_'))] = entry.path().string();
  }
  ASSERT_TRUE(packages.contains("phone-common") && packages.contains("phone-ctl"));
  for (const auto& service : rig::kServices) {
    const std::string name = rig::program_of(service);
    ASSERT_TRUE(packages.contains(name)) << name;
    auto listed = rig::run({.argv = {"dpkg-deb", "-c", packages[name]}});
    ASSERT_TRUE(listed.ok());
    EXPECT_TRUE(absl::StrContains(listed->output, "/usr/lib/phone/" + name + "\n")) << listed->output;
    EXPECT_TRUE(absl::StrContains(listed->output, "/lib/systemd/system/" + name + ".service\n")) << listed->output;
    for (const auto& other : rig::kServices) {
      if (other != service) {
        EXPECT_FALSE(absl::StrContains(listed->output, rig::program_of(other) + "\n")) << name << " brings " << other;
        EXPECT_FALSE(absl::StrContains(listed->output, rig::unit_of(other))) << name << " brings " << other;
      }
    }
  }
  // As dpkg would unpack it, seen from the phone.
  const std::filesystem::path unpacked = call_->stage().root() / "unpacked";
  for (const auto& [name, file] : packages) {
    if (name != "phone-gateway" && !name.starts_with("phone-libraries-")) continue;
    auto done = rig::run({.argv = {"dpkg-deb", "-x", file, unpacked.string()}});
    ASSERT_TRUE(done.ok() && done->exit_code == 0) << file;
  }
  const auto before = rig::units(call_->phone());
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(unpacked / "usr/lib/phone")) {
    if (entry.is_directory())
      std::filesystem::copy(entry.path(), call_->stage().bin() / entry.path().filename(),
                            std::filesystem::copy_options::recursive, error);
  }
  std::filesystem::copy_file(unpacked / "usr/lib/phone/phone-gateway", call_->stage().etc() / "second-build",
                             std::filesystem::copy_options::overwrite_existing, error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(upgrade(*call_, "gateway", "/etc/phone/second-build"), 0) << "see log/upgrade.log";
  EXPECT_NE(rig::units(call_->phone()).at("gateway").main_pid, before.at("gateway").main_pid);
  others_untouched("gateway", before);
}

// The whole way of an image, with the phone's own dpkg: judged by trust_store on its record, before a byte is written;
// taken by the package's own scripts; and, when what it brought does not serve, taken back together with its version.
class F13_ImageAuthentication_Peer : public F82_PerServiceUpgrade_Peer {
 protected:
  rig::Outcome inside(const std::string& command) {
    auto outcome = rig::run({.argv = call_->phone().inside() + std::vector<std::string>{"sh", "-c", command}});
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *outcome : rig::Outcome();
  }
  void here(const std::string& command) {
    auto outcome = rig::run({.argv = {"sh", "-ec", command}, .output = call_->stage().log("image.log").string()},
                            absl::Minutes(1));
    ASSERT_TRUE(outcome.ok() && outcome->exit_code == 0) << command << ", see log/image.log";
  }
  // An image of the gateway's package, signed by `signer`: its own scripts, `program` and nothing else of it.
  std::string image(const std::string& version, const std::string& program, const std::string& signer = "signer") {
    const std::string work = (call_->stage().root() / "images").string();
    const std::string tree = absl::StrCat(work, "/tree");
    const std::string deb = absl::StrCat(work, "/phone-gateway-", version, ".deb");
    here(absl::StrCat("rm -rf ", tree, "; mkdir -p ", tree, "/usr/lib/phone/versions; cp -r ", work, "/control ", tree,
                      "/DEBIAN; sed -i 's/^Version:.*/Version: ", version, "/; /^Depends:/d' ", tree,
                      "/DEBIAN/control; echo ", version, " > ", tree, "/usr/lib/phone/versions/phone-gateway; cp ",
                      program, " ", tree, "/usr/lib/phone/phone-gateway; chmod 755 ", tree,
                      "/usr/lib/phone/phone-gateway; dpkg-deb --root-owner-group --build -Znone ", tree, " ", deb, "; ",
                      PHONE_BINARY_DIR, "/bin/trustfile sign ", deb, " --key ", work, "/", signer,
                      ".pem --image phone-gateway --image-version ", version, "; cp ", deb, ".sgn ",
                      call_->stage().etc().string(), "/"));
    return absl::StrCat("/etc/phone/phone-gateway-", version, ".deb.sgn");
  }
};

TEST_F(F13_ImageAuthentication_Peer, AnImageIsJudgedOnRecordInstalledByItsPackageAndTakenBackWithItsVersion) {
  const std::filesystem::path work = call_->stage().root() / "images";
  std::filesystem::create_directories(work);
  for (const char* signer : {"signer", "stranger"}) {
    here(absl::StrCat("cd ", work.string(),
                      "; openssl req -x509 -newkey rsa:2048 -nodes -subj '/CN=Image signer' -days 2",
                      " -keyout key -out cert 2>/dev/null; cat key cert > ", signer, ".pem; mv cert ", signer, ".crt"));
  }
  // The scripts are those that ship.
  auto made = rig::run(
      {.argv = {PHONE_SOURCE_DIR "/deploy/package", PHONE_BINARY_DIR, work / "packages", "--package", "phone-gateway"},
       .output = call_->stage().log("package.log").string()},
      absl::Minutes(3));
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->exit_code, 0) << "see log/package.log";
  ASSERT_NO_FATAL_FAILURE(
      here(absl::StrCat("dpkg-deb -e ", work.string(), "/packages/phone-gateway_*.deb ", work.string(), "/control")));
  const std::filesystem::path good = call_->stage().etc() / "good";
  std::filesystem::copy_file(program_of(*call_, "gateway"), good, std::filesystem::copy_options::overwrite_existing);
  std::ofstream(work / "bad") << "#!/bin/sh\nexit 70\n";
  // This phone's own package database.
  ASSERT_EQ(inside("mount -t tmpfs tmpfs /var/lib/dpkg && mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates && "
                   ": > /var/lib/dpkg/status && mkdir -p /usr/lib/phone/versions")
                .exit_code,
            0);
  const auto version = [&] { return inside("cat /usr/lib/phone/versions/phone-gateway").output; };
  const auto put = [&](const std::string& image) { return upgrade(*call_, "gateway", image); };
  const std::string first = image("1.0+2", good.string());
  EXPECT_EQ(put(first), 1) << "this phone has no image signers yet";
  std::filesystem::copy_file(work / "signer.crt", call_->stage().etc() / "image-signers.pem");
  const auto clean = [&] {
    std::filesystem::remove(call_->stage().etc() / "image-signers.pem");
    (void)inside("umount /var/lib/dpkg; rm -rf /usr/lib/phone/versions");
  };
  const auto before = rig::units(call_->phone());
  EXPECT_EQ(put(first), 0) << "see log/upgrade.log";
  EXPECT_EQ(version(), "1.0+2\n");
  std::ofstream(good, std::ios::app) << "another build\n";
  EXPECT_EQ(put(image("1.0+3", good.string())), 0) << "see log/upgrade.log";
  EXPECT_EQ(version(), "1.0+3\n");
  const auto size = std::filesystem::file_size(program_of(*call_, "gateway"));
  EXPECT_EQ(size, std::filesystem::file_size(good));
  EXPECT_EQ(put(image("1.0+4", (work / "bad").string())), 1) << "dpkg is told that it did not serve";
  EXPECT_EQ(version(), "1.0+3\n") << "of the program that runs";
  EXPECT_EQ(std::filesystem::file_size(program_of(*call_, "gateway")), size);

  const auto listing = [&] { return inside("cd /usr/lib/phone && ls -lR --full-time . /var/lib/dpkg").output; };
  const std::string untouched = listing();
  const std::string flipped = image("1.0+5", good.string());
  {
    std::fstream file(call_->stage().etc() / "phone-gateway-1.0+5.deb.sgn",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-1, std::ios::end);
    file.put('\x5a');
  }
  EXPECT_EQ(put(flipped), 1);
  EXPECT_EQ(put(image("1.0+6", good.string(), "stranger")), 1);
  EXPECT_EQ(put(first), 1) << "older";
  EXPECT_EQ(put("/etc/phone/good"), 2) << "a phone with image signers takes images alone";
  EXPECT_EQ(listing(), untouched) << "not a byte was written for any of them";
  for (const char* reason :
       {"image phone-gateway 1.0+3 is signed by CN=Image signer", "does not verify with the key of",
        "is not an image signer of this phone", "older than 1.0+3, which is installed"}) {
    const auto why = call_->phone().phonectl_text({"trust", "decisions", "phone-gateway"});
    EXPECT_TRUE(absl::StrContains(why.output, reason)) << reason << "\n" << why.output;
  }
  const auto why = call_->phone().phonectl_text({"trust", "why", "phone-gateway"});
  EXPECT_TRUE(absl::StrContains(why.output, "older than 1.0+3")) << why.output;
  others_untouched("gateway", before);
  auto well = call_->is_well(absl::Seconds(10));
  EXPECT_TRUE(well.ok()) << well.status();
  clean();
}

}  // namespace
}  // namespace phone::system
