// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A resolver that hangs does not hold up its callers.
#include "common/tls/resolve.hpp"

#include <absl/time/clock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <memory>
#include <utility>

#include "common/os/descriptor.hpp"

namespace phone::tls {
namespace {

// Every lookup waits until the test lets go.
class TlsResolve : public testing::Test {
 protected:
  ~TlsResolve() override {
    let_go();
    // The next test finds all lookups ended.
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (begun_.use_count() > 1 && absl::Now() < end) poll(nullptr, 0, 1);
    EXPECT_EQ(begun_.use_count(), 1);
  }
  void let_go() { eventfd_write(go_->get(), 1); }
  Lookup hanging() const {
    return [go = go_, begun = begun_](const std::string&, const std::string& port) {
      pollfd waits{go->get(), POLLIN, 0};
      poll(&waits, 1, -1);
      return parse_address("192.0.2.7", port);
    };
  }
  absl::Status ask(absl::Duration patience, int cancel_fd = -1) const {
    return resolve("cucm.example", "5061", absl::Now() + patience, cancel_fd, hanging()).status();
  }

  const std::shared_ptr<os::Descriptor> go_ = std::make_shared<os::Descriptor>(eventfd(0, EFD_CLOEXEC));
  const std::shared_ptr<int> begun_ = std::make_shared<int>();  // held by each lookup under way
};

TEST_F(TlsResolve, ASilentServerHoldsNoCallerBeyondTheDeadline) {
  EXPECT_EQ(ask(absl::Milliseconds(20)), absl::DeadlineExceededError("cannot resolve cucm.example: no answer in time"));
}

TEST_F(TlsResolve, ASilentServerHoldsNoCallerThatGivesUp) {
  const os::Descriptor cancel(eventfd(1, EFD_CLOEXEC));
  EXPECT_EQ(ask(absl::InfiniteDuration(), cancel.get()), absl::CancelledError("interrupted"));
}

TEST_F(TlsResolve, LookupsUnderWayAreBoundedAndGivenBack) {
  for (int i = 0; i < kLookups; ++i) ASSERT_TRUE(absl::IsDeadlineExceeded(ask(absl::Milliseconds(1)))) << i;
  EXPECT_EQ(ask(absl::InfiniteDuration()),
            absl::UnavailableError("cannot resolve cucm.example: too many lookups in progress"));
  EXPECT_TRUE(resolve("192.0.2.1", "5061", absl::InfinitePast(), -1, hanging()).ok()) << "an address asks nobody";
  let_go();
  absl::Status last;
  const absl::Time end = absl::Now() + absl::Seconds(10);
  do {
    last = ask(absl::Seconds(10));
  } while (!last.ok() && absl::Now() < end);
  EXPECT_TRUE(last.ok()) << last;
}

TEST_F(TlsResolve, TheAnswerIsTheLookups) {
  let_go();
  const auto found = resolve("cucm.example", "5061", absl::Now() + absl::Seconds(10), -1, hanging());
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ((*found)->ai_family, AF_INET);
  const auto none = resolve(
      "cucm.example", "5061", absl::Now() + absl::Seconds(10), -1,
      [](const std::string&, const std::string&) { return absl::StatusOr<AddressList>(absl::NotFoundError("none")); });
  EXPECT_EQ(none.status(), absl::NotFoundError("none"));
}

TEST_F(TlsResolve, TheSystemsResolverIsAskedForNames) {
  EXPECT_TRUE(resolve("localhost", "5061", absl::Now() + absl::Seconds(10), -1).ok());
  EXPECT_EQ(parse_address("localhost", "5061").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace phone::tls
