// The main job as tools/run shows it, against baresip from Debian: every line of the board must be true.
#include <gtest/gtest.h>

#include "tests/system/scene.hpp"

namespace phone::system {
namespace {

TEST(F20_MediaEncryption_Peer, EveryLineOfTheBoardIsTrue) {
  auto outcome = rig::run({.argv = {PHONE_BINARY_DIR "/bin/phone-board", "--plain"}}, absl::Minutes(3));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  std::cout << outcome->output;
  if (outcome->exit_code == 2) GTEST_SKIP() << "the board could not be set up: " << outcome->output;
  EXPECT_EQ(outcome->exit_code, 0);
}

}  // namespace
}  // namespace phone::system
