// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A device with control groups of version 1 only: the phone runs as shipped, its services come back when they end, and
// it says which limits are not kept there.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/units.hpp"

namespace phone::system {
namespace {

class F81_ControlGroupsOfVersionOne_Lab : public Scene {
 protected:
  F81_ControlGroupsOfVersionOne_Lab() : Scene(rig::Phone::MemoryController::kOfVersionOne) {}
  std::string inside(const std::string& words) {
    auto said = rig::run({.argv = phone_->inside() + std::vector<std::string>{"sh", "-c", words}});
    return said.ok() ? said->output : std::string(said.status().message());
  }
};

TEST_F(F81_ControlGroupsOfVersionOne_Lab, ThePhoneRunsAndSaysWhatIsNotEnforced) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_EQ(inside("cd /sys/fs/cgroup; ls -d unified cgroup.controllers 2>/dev/null | wc -l"), "0\n")
      << "version 1 only";
  ASSERT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  const auto events = phone_->phonectl_text({"events", "--for", "1"});
  EXPECT_TRUE(absl::StrContains(events.output, "IPAddressDeny=")) << events.output;
  for (const char* service : {"media", "signaling"}) {
    const auto before = rig::units(*phone_).at(service);
    const std::string group = phone_->property(service, "ControlGroup");
    EXPECT_EQ(inside(absl::StrCat("cat /sys/fs/cgroup/memory", group, "/memory.limit_in_bytes")), "100663296\n");
    EXPECT_EQ(inside(absl::StrCat("cat /sys/fs/cgroup/pids", group, "/pids.max")), "128\n");
    ASSERT_TRUE(phone_->kill(service, "KILL").ok());
    EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
      const auto now = rig::units(*phone_).at(service);
      return now.state == "active" && now.substate == "running" && now.main_pid != before.main_pid;
    })) << service;
  }
  EXPECT_TRUE(becomes_registered(absl::Seconds(30))) << status().dump(1);
}

}  // namespace
}  // namespace phone::system
