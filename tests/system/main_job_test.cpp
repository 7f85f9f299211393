// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The main job as tools/run shows it, against baresip from Debian, and once more behind a
// switch port with 802.1X: every line of the board must be true.
#include <gtest/gtest.h>

#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

constexpr const char* kSlack = "5";  // times the goals: machines that run tests are shared

void every_line_is_true(std::vector<std::string> options) {
  std::vector<std::string> words{PHONE_BINARY_DIR "/bin/phone-board", "--plain", "--slack", kSlack};
  words.insert(words.end(), options.begin(), options.end());
  auto outcome = rig::run({.argv = words}, absl::Minutes(3));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  std::cout << outcome->output;
  if (outcome->exit_code == 77) GTEST_SKIP() << "private namespaces are refused here: " << outcome->output;
  EXPECT_EQ(outcome->exit_code, 0);
}

TEST(F20_F30_F47_MediaEncryption_Peer, EveryLineOfTheBoardIsTrue) { every_line_is_true({}); }

// hostapd as the switch, wpa_supplicant in a PC behind the phone; and the port for remote diagnostics is open.
TEST(F26_F39_F40_F44_MainJobBehindASwitch_Peer, EveryLineOfTheBoardIsTrue) {
  every_line_is_true({"--switch", "--diagnostics"});
}

}  // namespace
}  // namespace phone::system
