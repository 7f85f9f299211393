// The main job as tools/run shows it, against baresip from Debian: every line of the board must be true.
#include <gtest/gtest.h>

#include "tests/system/scene.hpp"

namespace phone::system {
namespace {

constexpr const char* kSlack = "5";  // times the goals: machines that run tests are shared

TEST(F20_F30_F47_MediaEncryption_Peer, EveryLineOfTheBoardIsTrue) {
  auto outcome =
      rig::run({.argv = {PHONE_BINARY_DIR "/bin/phone-board", "--plain", "--slack", kSlack}}, absl::Minutes(3));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  std::cout << outcome->output;
  if (outcome->exit_code == 77) GTEST_SKIP() << "private namespaces are refused here: " << outcome->output;
  EXPECT_EQ(outcome->exit_code, 0);
}

}  // namespace
}  // namespace phone::system
