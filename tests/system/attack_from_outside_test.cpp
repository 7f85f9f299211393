// Proves F81 and F100 against the call manager the phone is registered to: it sends messages that are costly to read,
// and text that is no UTF-8, while a call is up and the user looks at the phone. The call lives, no process ends,
// questions are answered all the time, and the phone is registered when the server behaves again.
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "tests/system/scene.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::system {
namespace {

absl::Duration attack_time() {
  double seconds = 10;
  if (const char* text = std::getenv("PHONE_ATTACK_SECONDS")) (void)absl::SimpleAtod(text, &seconds);
  return absl::Seconds(seconds);
}

// Five times what a person waits for, and what a sanitizer needs.
const absl::Duration kMostPatience = absl::Seconds(rig::kRelaxed ? 20 : 5);

class F100_HostileCallManager_Peer : public Scene {};

TEST_F(F100_HostileCallManager_Peer, CostlyMessagesEndNothingAndTheUserIsAnswered) {
  serve();
  auto far_end = ring_up(absl::Minutes(5));
  ASSERT_TRUE(far_end.ok()) << far_end.status();
  const std::string before = restarts();
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "sip=hostile\n").ok());
  const absl::Time until = absl::Now() + attack_time();
  absl::Duration slowest;
  int asked = 0;
  do {
    const absl::Time began = absl::Now();
    const auto now = status();
    slowest = std::max(slowest, absl::Now() - began);
    ASSERT_TRUE(now.contains("signaling")) << "the phone's status is not to be had: " << now.dump(1);
    EXPECT_TRUE(has_call(now)) << now["signaling"].dump(1);
    ++asked;
  } while (absl::Now() < until && !HasFailure());
  std::cout << "  " << asked << " questions, slowest answer " << slowest << "\n";
  EXPECT_LT(slowest, kMostPatience);
  EXPECT_GT(asked, 5);
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  EXPECT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
  EXPECT_TRUE(has_call(status())) << status()["signaling"].dump(1);
  EXPECT_EQ(restarts(), before) << "a process ended";
}

}  // namespace
}  // namespace phone::system
