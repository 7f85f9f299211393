// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F97 as far as packages go: on a Debian that has systemd and little else the packages install; it boots, and
// the phone registers and calls by itself; one service is upgraded in the call; what an administrator edited stays; and
// purged, nothing of it is left.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/rig/secure_call.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using rig::operator+;
using rig::SecureCall;

constexpr const char* kSource = PHONE_SOURCE_DIR;
constexpr const char* kBuild = PHONE_BINARY_DIR;

class BareDebian : public ::testing::Test {
 protected:
  BareDebian() {
    std::string pattern = (fs::temp_directory_path() / "bare-debian-XXXXXX").string();
    work_ = ::mkdtemp(pattern.data());
  }
  ~BareDebian() override {
    call_.reset();
    std::error_code ignored;
    if (!HasFailure()) fs::remove_all(work_, ignored);
    if (HasFailure()) std::cout << "left for a look: " << work_ << std::endl;
  }

  // Started here and waited for later, so that what does not need one another goes on side by side.
  rig::Process start(const std::vector<std::string>& words, const std::string& log) {
    auto started = rig::Process::start({.argv = words, .output = (work_ / log).string()});
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : rig::Process();
  }
  static int exit_of(rig::Process& process, absl::Duration time) {
    auto status = process.wait(absl::Now() + rig::patient(time));
    return status.ok() && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
  }
  rig::Outcome inside(const std::string& script) {
    auto done = rig::run({.argv = call_->phone().inside() + std::vector<std::string>{"sh", "-c", script + " 2>&1"}},
                         absl::Minutes(2));
    return done.ok() ? *done : rig::Outcome{.output = std::string(done.status().message())};
  }
  std::string root() const { return (work_ / "root").string(); }
  std::string packages(const std::string& version) const { return (work_ / version).string(); }
  rig::Process package(const std::string& version, const std::vector<std::string>& names = {}) {
    std::vector<std::string> words = {absl::StrCat(kSource, "/deploy/package"), kBuild, packages(version), "--version",
                                      version};
    for (const auto& name : names) words.insert(words.end(), {"--package", name});
    return start(words, absl::StrCat("package-", version, ".log"));
  }

  fs::path work_;
  std::unique_ptr<SecureCall> call_;
};

using F97_BareDebian_Peer = BareDebian;

TEST_F(F97_BareDebian_Peer, PackagesInstallBootCallUpgradeAndLeaveNothing) {
  const std::string scene = absl::StrCat(kSource, "/tests/system/scene/bare_debian");
  auto debian = start({scene, root()}, "bare.log");
  auto first = package("1.0");
  ASSERT_EQ(exit_of(first, absl::Minutes(8)), 0) << "see package-1.0.log in " << work_;
  auto lint =
      start({"sh", "-c", absl::StrCat("exec lintian --allow-root --fail-on error,warning ", packages("1.0"), "/*.deb")},
            "lintian.log");
  auto second = package("1.1", {"phone-gateway", "phone-common"});
  const int made = exit_of(debian, absl::Minutes(10));
  if (made == 77) GTEST_SKIP() << "Debian's archive cannot be reached";
  ASSERT_EQ(made, 0) << "see bare.log in " << work_;
  auto install = start({scene, root(), packages("1.0")}, "install.log");
  ASSERT_EQ(exit_of(install, absl::Minutes(8)), 0) << "see install.log in " << work_;
  ASSERT_EQ(exit_of(second, absl::Minutes(5)), 0) << "see package-1.1.log in " << work_;
  EXPECT_EQ(exit_of(lint, absl::Minutes(5)), 0) << std::ifstream(work_ / "lintian.log").rdbuf();

  // Switched on: nobody starts phone.target, a call is made and encrypted.
  auto call = SecureCall::make_in(root());
  if (absl::IsUnavailable(call.status())) GTEST_SKIP() << call.status().message();
  ASSERT_TRUE(call.ok()) << call.status();
  call_ = *std::move(call);
  EXPECT_EQ(inside("systemctl show --value -p WantedBy phone.target").output, "multi-user.target\n");
  EXPECT_EQ(inside("systemctl list-units --failed --plain --no-legend 'phone*' lldpd.service").output, "");

  // One service is upgraded in the call, and phone-common beside an edited table.
  const auto before = rig::units(call_->phone());
  fs::create_directories(fs::path(root()) / "packages-1.1");
  for (const auto& entry : fs::directory_iterator(packages("1.1")))
    fs::copy(entry.path(), fs::path(root()) / "packages-1.1" / entry.path().filename());
  ASSERT_EQ(inside("echo '# ours' >>/etc/phone/escalation").exit_code, 0);
  const auto upgraded = inside(
      "DEBIAN_FRONTEND=noninteractive dpkg -i /packages-1.1/phone-gateway_*.deb /packages-1.1/phone-common_*.deb");
  EXPECT_EQ(upgraded.exit_code, 0) << upgraded.output;
  EXPECT_EQ(inside("cat /usr/lib/phone/versions/phone-gateway").output, "1.1\n");
  EXPECT_EQ(inside("tail -1 /etc/phone/escalation").output, "# ours\n");
  const auto after = rig::units(call_->phone());
  for (const auto& [service, facts] : after) {
    EXPECT_EQ(facts.state, "active") << service;
    EXPECT_EQ(facts.main_pid != before.at(service).main_pid, service == "gateway") << service;
  }
  auto well = call_->is_well(absl::Seconds(10));
  EXPECT_TRUE(well.ok()) << well.status();

  // Removed: nothing runs, state and settings stay. Purged: nothing is left but the users.
  const auto removed = inside("dpkg -r $(dpkg-query -W -f '${Package}\\n' 'phone*')");
  EXPECT_EQ(removed.exit_code, 0) << removed.output;
  EXPECT_EQ(inside("ps -e -o comm= | grep -E '^(phone-|lldpd|wpa_)'").output, "");
  EXPECT_EQ(inside("ls /var/lib/phone/trust_store | head -1").output.empty(), false)
      << "a reinstalled phone is the same phone";
  EXPECT_EQ(inside("tail -1 /etc/phone/escalation").output, "# ours\n");
  const auto purged = inside("dpkg -P $(dpkg-query -W -f '${Package}\\n' 'phone*')");
  EXPECT_EQ(purged.exit_code, 0) << purged.output;
  EXPECT_EQ(
      inside("find / -xdev \\( -name 'phone*' -o -name 'libphone*' \\) -not -path '/packages*' -not -path '/proc/*' "
             "-not -path '/tmp/*' -not -path '/usr/share/zoneinfo/*' -not -path '/run/*'")
          .output,
      "");
  EXPECT_EQ(inside("systemctl is-enabled lldpd.service").output, "enabled\n") << "Debian's own has its place again";
}

}  // namespace
}  // namespace phone::system
