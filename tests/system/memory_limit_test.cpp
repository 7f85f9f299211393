// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Each service in turn dies of its real memory limit (MemoryMax= of its unit, kept by the kernel) while a call is up:
// the call lives, no other process ends, and the service is back by itself.
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/relaxed.hpp"
#include "tools/rig/units.hpp"

namespace phone::system {
namespace {

// Fills the memory of a service's group, file by file on a tmpfs, until the service's process has gone. Each file is
// written by a process of its own that joins the group and may die there: the supervisor ends whatever it finds in the
// group of a dead service. This script stays outside and removes the files at once, since they are charged to the group
// and would be the end of the next process too. The writers are exempt from the kernel's choice of a process to kill.
// Arguments: the service's process, its group.
constexpr char kEater[] = R"(
mkdir /tmp/eaten
n=0
while [ -e /proc/$1/exe ] && [ $n -lt 1024 ]; do
  sh -c 'echo -1000 >/proc/$$/oom_score_adj; echo $$ >"$1/cgroup.procs" && exec head -c 262144 /dev/zero' \
    writer "$2" >/tmp/eaten/$n
  n=$((n + 1))
done
rm -r /tmp/eaten
[ ! -e /proc/$1/exe ])";

class F81_F100_MemoryLimit_Peer : public Scene {
 protected:
  F81_F100_MemoryLimit_Peer() : Scene(rig::Phone::MemoryController::kYes) {}

  // The group of a service in whichever hierarchy has the memory controller, as the phone sees it.
  std::string group_of(const std::string& service) {
    const std::string group = phone_->property(service, "ControlGroup");
    const bool own =
        std::filesystem::is_directory(absl::StrCat("/proc/", phone_->pid(), "/root/sys/fs/cgroup/memory", group));
    return absl::StrCat("/sys/fs/cgroup", own ? "/memory" : "", group);
  }
  std::string limit_of(const std::string& group) {
    for (const char* file : {"/memory.limit_in_bytes", "/memory.max"}) {
      auto said = rig::run({.argv = phone_->inside() + std::vector<std::string>{"cat", group + file}});
      if (said.ok() && said->exit_code == 0) return said->output;
    }
    return {};
  }
  // What the supervisor wrote of this service's ends (deploy/ending): "MILLISECONDS RESULT CODE STATUS" each.
  std::string endings_of(const std::string& service) {
    auto said = rig::run(
        {.argv = phone_->inside() + std::vector<std::string>{"cat", absl::StrCat("/run/phone-", service, "/endings")}});
    return said.ok() ? said->output : std::string();
  }
};

// How often the kernel has killed a process because memory ran out, in a group or in the machine. A group's own counter
// is lost with the group when the service is started again.
uint64_t kernel_oom_kills() {
  std::ifstream in("/proc/vmstat");
  std::string name;
  for (uint64_t value = 0; in >> name >> value;) {
    if (name == "oom_kill") return value;
  }
  return 0;
}

TEST_F(F81_F100_MemoryLimit_Peer, AServiceThatReachesItIsStartedAgainAndTheCallLives) {
  if (rig::kRelaxed) GTEST_SKIP() << "units have no memory limit under a sanitizer";
  serve();
  auto far_end = ring_up(absl::Minutes(3));
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  for (const auto& service : rig::kServices) {
    SCOPED_TRACE(service);
    const auto before = rig::units(*phone_);
    const std::string group = group_of(service);
    uint64_t limit = 0;
    ASSERT_TRUE(absl::SimpleAtoi(limit_of(group), &limit)) << group;
    EXPECT_LE(limit, 256u << 20) << "the unit's own limit is in force";
    const std::string ends_before = endings_of(service);
    const uint64_t kills_before = kernel_oom_kills();
    auto eaten = rig::run({.argv = phone_->inside() + std::vector<std::string>{"sh", "-c", kEater, "eater",
                                                                               before.at(service).main_pid, group}},
                          absl::Seconds(60));
    ASSERT_TRUE(eaten.ok()) << eaten.status();
    ASSERT_EQ(eaten->exit_code, 0) << "the limit did not end it: " << eaten->output;
    EXPECT_GT(kernel_oom_kills(), kills_before) << "it ended for another reason";
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
      const auto now = rig::units(*phone_).at(service);
      return now.state == "active" && now.substate == "running" && now.main_pid != before.at(service).main_pid;
    })) << rig::units(*phone_).at(service).state;
    const std::string end = endings_of(service).substr(ends_before.size());
    // The supervisor knows of the limit by cgroup v2 only; by v1 the kernel's kill is a signal like any other.
    EXPECT_TRUE(absl::StrContains(end, " oom-kill killed KILL\n") || absl::StrContains(end, " signal killed KILL\n"))
        << end;
    for (const auto& [other, facts] : rig::units(*phone_)) {
      if (other == service) continue;
      EXPECT_EQ(facts.main_pid, before.at(other).main_pid) << other << " ended too";
    }
    EXPECT_TRUE(status_becomes([](const nlohmann::json& now) { return has_call(now) && is_registered(now); },
                               absl::Seconds(20)))
        << status().dump(1);
  }
}

}  // namespace
}  // namespace phone::system
