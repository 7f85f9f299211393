// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F88 and F97 for a flash without room, bytes or inodes, from the first start on, with the shipped units: the
// phone has its network and can be asked, each refusal names the cause, and what found no room is saved when there is
// some, without anybody's help.
#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/wired_bench.hpp"

namespace phone::system {
namespace {

using nlohmann::json;
using rig::operator+;

struct Room {
  const char* name;
  const char* options;  // of the tmpfs
  const char* fill;     // until there is no more
};

class F88_FullFlash_Peer : public testing::TestWithParam<Room> {
 protected:
  int inside(const std::string& words) {
    const auto outcome =
        rig::run({.argv = bench_.phone().inside() + std::vector<std::string>{"bash", "-c", words}}, absl::Seconds(60));
    return outcome.ok() ? outcome->exit_code : -1;
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << bench_.logs() << bench_.network().dump(1);
  }

  WiredBench bench_{"ec"};
};

TEST_P(F88_FullFlash_Peer, LeavesThePhoneItsNetworkAndSaysWhatItRefuses) {
  ASSERT_TRUE(bench_.installed());
  // As it leaves the factory, and then something has used all room before the first start. State directories are
  // there: systemd makes them, and does not start a unit without its own.
  ASSERT_EQ(inside(absl::StrCat("cp -a /var/lib/phone /run/flash && mount -t tmpfs -o ", GetParam().options,
                                ",mode=755 tmpfs /var/lib/phone && cp -a /run/flash/. /var/lib/phone/ && "
                                "mkdir -p /var/lib/phone/{gateway,network_access,fill} && ",
                                GetParam().fill)),
            0);
  ASSERT_NE(inside("echo 0123456789 >/var/lib/phone/fill/one-more && test -s /var/lib/phone/fill/one-more"), 0);
  ASSERT_TRUE(bench_.start());
  // The gateway answers, and network_access beside it.
  ASSERT_TRUE(bench_.sees([](const json& now) { return now.value("linkUp", false); }));
  EXPECT_EQ(bench_.access().value("state", ""), "ACCESS_STATE_DISABLED");
  std::string order = "/usr/lib/phone/phonectl network 802.1x";
  for (const std::string& word : bench_.tls()) absl::StrAppend(&order, " ", word);
  const auto refused = rig::run(
      {.argv = bench_.phone().inside() + std::vector<std::string>{"bash", "-c", order + " 2>&1"}}, absl::Seconds(60));
  ASSERT_TRUE(refused.ok());
  EXPECT_NE(refused->exit_code, 0);
  EXPECT_TRUE(absl::StrContains(refused->output, "No space left on device")) << refused->output;
  const auto told = [&](const char* what) {
    const auto events = bench_.phone().phonectl_text({"events", "--for", "1"});
    return absl::StrContains(events.output, what);
  };
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return told("network profile could not be saved"); }))
      << bench_.phone().phonectl_text({"events", "--for", "1"}).output;

  ASSERT_EQ(inside("rm -r /var/lib/phone/fill"), 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return told("network profile is saved now"); }));
  EXPECT_EQ(inside("test -s /var/lib/phone/network_access/profile"), 0);
  EXPECT_EQ(bench_.apply(bench_.tls()).exit_code, 0);
  EXPECT_EQ(inside("test -s /var/lib/phone/network_access/access"), 0);
}

// The worst first start: not even the state directories find room.
TEST_P(F88_FullFlash_Peer, StateDirectoriesThatFindNoRoomAreMadeWhenThereIsSome) {
  if (std::string(GetParam().name) == "bytes") GTEST_SKIP() << "a tmpfs without free bytes still makes directories";
  ASSERT_TRUE(bench_.installed());
  ASSERT_EQ(inside(absl::StrCat("cp -a /var/lib/phone /run/flash && mount -t tmpfs -o ", GetParam().options,
                                ",mode=755 tmpfs /var/lib/phone && cp -a /run/flash/certificate_manager "
                                "/var/lib/phone/ && mkdir /var/lib/phone/fill && ",
                                GetParam().fill)),
            0);
  (void)bench_.start();  // systemd's first starts fail
  ASSERT_TRUE(bench_.sees([](const json& now) { return now.value("linkUp", false); }));
  EXPECT_NE(inside("test -d /var/lib/phone/network_access"), 0);
  EXPECT_NE(inside("test -d /var/lib/phone/gateway"), 0);
  std::string order = "/usr/lib/phone/phonectl network 802.1x";
  for (const std::string& word : bench_.tls()) absl::StrAppend(&order, " ", word);
  const auto refused = rig::run(
      {.argv = bench_.phone().inside() + std::vector<std::string>{"bash", "-c", order + " 2>&1"}}, absl::Seconds(60));
  ASSERT_TRUE(refused.ok());
  EXPECT_NE(refused->exit_code, 0);
  EXPECT_TRUE(absl::StrContains(refused->output, "no free inodes")) << refused->output;

  ASSERT_EQ(inside("rm -r /var/lib/phone/fill"), 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return inside("test -s /var/lib/phone/network_access/profile && test -d /var/lib/phone/gateway") == 0;
  })) << "what waited is saved, by the same process";
  EXPECT_EQ(inside("test $(stat -c %U:%a /var/lib/phone/network_access) = phone-network-access:700"), 0);
  EXPECT_EQ(bench_.apply(bench_.tls()).exit_code, 0);
  EXPECT_EQ(inside("test -s /var/lib/phone/network_access/access"), 0);
}

INSTANTIATE_TEST_SUITE_P(Rooms, F88_FullFlash_Peer,
                         testing::Values(Room{"bytes", "size=8m",
                                              "{ cat /dev/zero >/var/lib/phone/fill/all 2>/dev/null; true; }"},
                                         Room{"inodes", "size=8m,nr_inodes=200",
                                              "{ for i in $(seq 400); do : >/var/lib/phone/fill/$i || break; done "
                                              "2>/dev/null; true; }"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace phone::system
