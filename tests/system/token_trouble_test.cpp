// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F88 and F83 for a token that cannot be used, with the shipped units: the phone runs and says why where its
// certificates are shown, no PIN is tried again, no key is lost, and it goes on by itself when the cause is gone.
#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/wired_bench.hpp"

namespace phone::system {
namespace {

using rig::operator+;

class F88_Token_Peer : public testing::Test {
 protected:
  int inside(const std::string& words) {
    const auto outcome =
        rig::run({.argv = bench_.phone().inside() + std::vector<std::string>{"bash", "-c", words}}, absl::Seconds(60));
    return outcome.ok() ? outcome->exit_code : -1;
  }
  // What the user sees.
  std::string certificates() { return bench_.phone().phonectl_text({"certificates"}).output; }
  bool shows(const std::string& words) {
    return rig::poll_until(absl::Seconds(30), [&] { return absl::StrContains(certificates(), words); });
  }
  std::string main_pid() { return bench_.phone().property("certificate_manager", "MainPID"); }
  void TearDown() override {
    if (HasFailure()) std::cerr << certificates() << bench_.logs();
  }
  WiredBench bench_{"ec"};
};

TEST_F(F88_Token_Peer, AWrongPinIsSaidAndTriedOnceAndTheRightOneIsTakenUp) {
  ASSERT_TRUE(bench_.installed());
  const std::string state = "/var/lib/phone/certificate_manager";
  ASSERT_EQ(inside(absl::StrCat("cd ", state, " && cp -p pin pin.right && printf 4711-and-wrong >pin")), 0);
  ASSERT_TRUE(bench_.start());
  ASSERT_TRUE(shows("C_Login: the token's PIN is wrong")) << "the phone runs";
  EXPECT_TRUE(absl::StrContains(certificates(), "SEP0A1B2C3D4E5F")) << "and shows its certificates: " << certificates();
  const std::string process = main_pid();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(bench_.phone().systemctl({"restart", "phone-certificate-manager.service"}).exit_code, 0);
    ASSERT_TRUE(shows("it is not tried again, so that the token does not lock it"));
  }
  EXPECT_NE(main_pid(), process);
  const std::string stays = main_pid();
  const auto events = bench_.phone().phonectl_text({"events", "--for", "1"});
  EXPECT_TRUE(absl::StrContains(events.output, "No key of this phone can be used")) << events.output;
  EXPECT_EQ(main_pid(), stays) << "it does not end by that";

  ASSERT_EQ(inside(absl::StrCat("cd ", state, " && cp -p pin.right pin")), 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return !absl::StrContains(certificates(), "PIN") && absl::StrContains(certificates(), "SEP0A1B2C3D4E5F");
  })) << certificates();
  EXPECT_NE(inside(absl::StrCat("test -e ", state, "/pin.refused")), 0);
}

// A card that is pulled: SoftHSM's token is its directory.
TEST_F(F88_Token_Peer, OneThatIsAwayIsSaidAndNothingIsLostWhenItIsBack) {
  ASSERT_TRUE(bench_.installed());
  const std::string tokens = "/var/lib/phone/certificate_manager/tokens";
  ASSERT_EQ(inside(absl::StrCat("mv ", tokens, " ", tokens, ".away && mkdir -m 700 ", tokens,
                                " && chown --reference=", tokens, ".away ", tokens)),
            0);
  ASSERT_TRUE(bench_.start());
  ASSERT_TRUE(shows("no token labelled \"phone\": it was removed"));
  ASSERT_EQ(inside(absl::StrCat("rm -r ", tokens, " && mv ", tokens, ".away ", tokens)), 0);
  ASSERT_EQ(bench_.phone().systemctl({"restart", "phone-certificate-manager.service"}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return !absl::StrContains(certificates(), "no token") && absl::StrContains(certificates(), "SEP0A1B2C3D4E5F");
  })) << certificates();
}

}  // namespace
}  // namespace phone::system
