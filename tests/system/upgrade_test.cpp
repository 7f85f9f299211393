// Proves F82: one service is replaced under load, 20 times, with a secure call up, and no caller that tries again sees
// a failure; a version that does not become ready is taken back by itself, while the old one goes on serving where the
// class of the service allows it.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/second_build.hpp"
#include "tools/rig/secure_call.hpp"

namespace phone::system {
namespace {

using rig::operator+;
using rig::SecureCall;

constexpr double kSlack = 5;
constexpr int kSwaps = 20;
// p99 while it is being swapped, the swaps one after the other: where two instances overlap; and where the kept socket
// holds the callers for as long as the service starts.
constexpr double kOverlapGoalMs = 50, kInPlaceGoalMs = 250;

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

struct Class {
  const char* service;
  int swaps;
  double latency_goal_ms;
  friend void PrintTo(const Class& row, std::ostream* out) { *out << row.service; }
};
class ByClass : public F82_PerServiceUpgrade_Peer, public ::testing::WithParamInterface<Class> {};
using F82_ByClass_Peer = ByClass;

// 1,000 calls a second from 8 callers.
TEST_P(F82_ByClass_Peer, UnderLoadNoCallFailsAndTheCallGoesOn) {
  const std::string service = GetParam().service;
  const auto before = rig::units(call_->phone());
  rig::Process callers = load(service, 8, 1000);
  for (int i = 0; i < GetParam().swaps; ++i) {
    const auto outcome = upgrade(*call_, service, make_second_build(*call_, service, absl::StrCat("build ", i)));
    ASSERT_EQ(outcome, 0) << "swap " << i << ", see log/upgrade.log";
  }
  const auto seen = figures(callers, service);
  std::cout << "  " << service << ", " << GetParam().swaps << " swaps: " << seen.dump() << " (p99 goal "
            << GetParam().latency_goal_ms << " ms)\n";
  EXPECT_GT(seen.value("calls", 0), 100 * GetParam().swaps) << "that was no load";
  EXPECT_EQ(seen.value("failed", -1), 0) << seen.value("first_failure", "");
  EXPECT_LE(seen.value("p99_us", 1e9), kSlack * GetParam().latency_goal_ms * 1000);
  others_untouched(service, before);
  auto well = call_->is_well(absl::Seconds(10));
  EXPECT_TRUE(well.ok()) << well.status();
}

INSTANTIATE_TEST_SUITE_P(Services, F82_ByClass_Peer,
                         ::testing::Values(Class{"gateway", kSwaps, kOverlapGoalMs},
                                           Class{"trust_store", 3, kOverlapGoalMs},
                                           Class{"certificate_manager", 3, kOverlapGoalMs},
                                           Class{"policy", 3, kOverlapGoalMs},
                                           Class{"network_access", 3, kInPlaceGoalMs},
                                           Class{"signaling", 3, kInPlaceGoalMs}, Class{"media", 3, kInPlaceGoalMs}),
                         [](const auto& row) { return std::string(row.param.service); });

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
    if (service == "gateway") {
      EXPECT_EQ(rig::units(call_->phone()).at(service).main_pid, before.at(service).main_pid) << "it never stopped";
    }
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
TEST_F(F82_Packages_Peer, APackageHoldsOneServiceAndUpgradesItAlone) {
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

}  // namespace
}  // namespace phone::system
