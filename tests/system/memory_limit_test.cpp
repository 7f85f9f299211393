// Each service in turn dies of its real memory limit (MemoryMax= of its unit, kept by the kernel) while a call is up:
// the call lives, no other process ends, and the service is back by itself.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene.hpp"
#include "tools/rig/relaxed.hpp"
#include "tools/rig/units.hpp"

namespace phone::system {
namespace {

// Fills the memory of the group it is put into, file by file on a tmpfs, until the process it is to outlive has gone:
// the kernel ends the largest process of the group, and this one stays small. Arguments: that process, the group.
constexpr char kEater[] = R"(
echo $$ >"$2/cgroup.procs" || exit 2
mkdir /tmp/eaten
n=0
while [ -d /proc/$1 ] && [ $n -lt 2048 ]; do head -c 131072 /dev/zero >/tmp/eaten/$n; n=$((n + 1)); done
rm -r /tmp/eaten
[ ! -d /proc/$1 ])";

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
};

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
    auto eaten = rig::run({.argv = phone_->inside() + std::vector<std::string>{"sh", "-c", kEater, "eater",
                                                                               before.at(service).main_pid, group}},
                          absl::Seconds(30));
    ASSERT_TRUE(eaten.ok()) << eaten.status();
    ASSERT_EQ(eaten->exit_code, 0) << "the limit did not end it: " << eaten->output;
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
      const auto now = rig::units(*phone_).at(service);
      return now.state == "active" && now.substate == "running" && now.main_pid != before.at(service).main_pid;
    })) << rig::units(*phone_).at(service).state;
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
