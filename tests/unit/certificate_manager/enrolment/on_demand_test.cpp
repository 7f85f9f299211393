// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The enrolment process is there while an order is open: the key holder's bell and the process's callers, over a real
// socket.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "services/certificate_manager/enrolment/activation_listener.hpp"
#include "services/certificate_manager/enrolment_activator.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::certificates {
namespace {

using std::chrono::milliseconds;

bool becomes(const std::function<bool()>& question) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!question()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

struct F84_EnrolmentOnDemand : testing::Test {
  F84_EnrolmentOnDemand() { loop_.start("test"); }
  // With no linger, wanted() says whether somebody is there now.
  enrolment::ActivationListener start() const {
    return enrolment::ActivationListener(std::move(mesh::listen_unix(socket_).value()), milliseconds(1));
  }
  os::EventLoop loop_;
  const tests::TemporaryDirectory directory_;
  const std::filesystem::path socket_ = directory_ / "wake.sock";
};

TEST_F(F84_EnrolmentOnDemand, TheProcessIsWantedWhileAnOrderIsOpenAndNoLonger) {
  auto process = start();
  EnrolmentActivator activator(loop_, socket_);
  EXPECT_TRUE(becomes([&] { return !process.wanted(); })) << "no order yet";
  activator.set(true);
  EXPECT_TRUE(becomes([&] { return process.wanted(); }));
  activator.set(true);  // another order in its place
  activator.set(false);
  EXPECT_TRUE(becomes([&] { return !process.wanted(); }));
  activator.set(true);
  EXPECT_TRUE(becomes([&] { return process.wanted(); }));
}

TEST_F(F84_EnrolmentOnDemand, AProcessThatDiedOrIsNotThereYetIsCalledAgain) {
  EnrolmentActivator activator(loop_, socket_);
  activator.set(true);
  {
    auto first = start();
    EXPECT_TRUE(becomes([&] { return first.wanted(); })) << "tried until somebody listened";
  }
  auto second = start();
  EXPECT_TRUE(becomes([&] { return second.wanted(); }));
}

TEST_F(F84_EnrolmentOnDemand, TheEndOfTheKeyHolderIsSeen) {
  auto process = start();
  {
    EnrolmentActivator activator(loop_, socket_);
    activator.set(true);
    EXPECT_TRUE(becomes([&] { return process.wanted(); }));
  }
  EXPECT_TRUE(becomes([&] { return !process.wanted(); }));
}

TEST_F(F84_EnrolmentOnDemand, WhoHasLeftIsWaitedForALittleWhile) {
  enrolment::ActivationListener process(std::move(mesh::listen_unix(socket_).value()), std::chrono::hours(1));
  EXPECT_TRUE(process.wanted()) << "just started, by whoever comes";
}

}  // namespace
}  // namespace phone::certificates
