// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The registrar: who may register what, and what it answers (cisco-formats.md G1, G2).
#include <gtest/gtest.h>

#include "tests/unit/lab/samples.hpp"
#include "tests/unit/lab/sip_world.hpp"

namespace phone::lab {
namespace {

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

TEST(LabRegistrar, ANewRegistrationIsMarkedAndARefreshIsNot) {
  SipWorld world;
  world.connect(1, kDevice);
  world.receive(1, register_text("1001", kDevice));
  const SipMessage first = world.take(1);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.header("Expires"), "120");
  EXPECT_NE(first.header("Contact").find(";x-cisco-newreg"), std::string::npos);
  EXPECT_NE(first.header("Supported").find("X-cisco-sis-"), std::string::npos);
  world.receive(1, register_text("1001", kDevice));
  EXPECT_EQ(world.take(1).header("Contact").find("x-cisco-newreg"), std::string::npos);
  EXPECT_EQ(world.count("registered"), 1u);
  EXPECT_EQ(world.count("refreshed"), 1u);
}

TEST(LabRegistrar, TheLineOfAnotherDeviceIsForbidden) {
  SipWorld world;
  world.connect(1, kDevice);
  world.receive(1, register_text("1002", kDevice));
  EXPECT_EQ(world.take(1).status, 403);
  EXPECT_EQ(world.count("registration-refused"), 1u);
}

TEST(LabRegistrar, AnUnknownLineIsNotFound) {
  SipWorld world;
  world.connect(1, kDevice);
  world.receive(1, register_text("7777", kDevice));
  EXPECT_EQ(world.take(1).status, 404);
}

TEST(LabRegistrar, TheMicIsRefusedOnceThereIsAnLsc) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  SipWorld world;
  world.connect(1, kDevice, true);
  world.receive(1, register_text("1001", kDevice));
  EXPECT_EQ(world.take(1).status, 200);
  ASSERT_TRUE(world.devices().keep_lsc(kDevice, sample_identity("tftp")).ok());
  world.receive(1, register_text("1001", kDevice));
  EXPECT_EQ(world.take(1).status, 403);
}

TEST(LabRegistrar, AKeepaliveToAStandbyNodeUnregistersNothing) {
  SipWorld world;
  world.connect(1, kDevice);
  world.receive(1, register_text("1001", kDevice));
  world.take(1);
  world.receive(1, register_text("1001", kDevice, ";expires=0;cisco-keep-alive"));
  EXPECT_EQ(world.take(1).status, 200);
  EXPECT_NE(world.registrar().of_number("1001"), nullptr);
  world.receive(1, register_text("1001", kDevice, ";expires=0"));
  EXPECT_EQ(world.take(1).status, 200);
  EXPECT_EQ(world.registrar().of_number("1001"), nullptr);
}

TEST(LabRegistrar, ARegistrationWithoutRefreshRunsOut) {
  SipWorld world;
  world.connect(1, kDevice);
  world.receive(1, register_text("1001", kDevice));
  EXPECT_TRUE(world.registrar().expire(Clock::now()).empty());
  EXPECT_EQ(world.registrar().expire(Clock::now() + std::chrono::seconds(151)), std::vector<std::string>{kDevice});
}

}  // namespace
}  // namespace phone::lab
