// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// How long a Retry-After holds (RFC 3261 sections 20.33 and 21.5.4), also over connections that come and go.
#include <gtest/gtest.h>

#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class RetryAfter : public testing::Test {
 protected:
  std::vector<std::string> serve(FlowId flow, const Message& request) {
    if (request.method != "REGISTER") return {answer_to(request, 200)};
    if (!busy) return {answer_to(request, 200, {{"Expires", "120"}})};
    std::vector<HeaderField> extra;
    if (!retry_after.empty()) extra.push_back({"Retry-After", retry_after});
    refused_over = flow;
    return {answer_to(request, 503, extra)};
  }
  void start() {
    phone.agent.configure(test_settings(), phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_EQ(phone.asked.size(), 1u);
  }
  void server_closes() {
    phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "closed"}, phone.now);
  }
  // How long until the next REGISTER, looked for so long.
  Milliseconds next_register(Milliseconds patience) {
    const TimePoint from = phone.now;
    const size_t asked = phone.asked.size();
    while (phone.asked.size() == asked && phone.now < from + patience) EXPECT_TRUE(phone.pass(Milliseconds(100)));
    return std::chrono::duration_cast<Milliseconds>(phone.now - from);
  }

  ServedPhone phone{[this](FlowId flow, const Message& request) { return serve(flow, request); }};
  bool busy = true;
  std::string retry_after = "200";
  FlowId refused_over = 0;
};

TEST_F(RetryAfter, IsKeptToWhileTheConnectionStands) {
  start();
  busy = false;
  const auto waited = next_register(minutes(5));
  EXPECT_GE(waited, seconds(200));
  EXPECT_LE(waited, seconds(201));
  EXPECT_TRUE(phone.agent.view().registered);
}

TEST_F(RetryAfter, AServerThatStartedAgainHasItsRegisterWithinTheBackOff) {
  start();
  ASSERT_TRUE(phone.pass(seconds(10)));
  server_closes();
  busy = false;
  const auto waited = next_register(minutes(5));
  EXPECT_GE(waited, seconds(20 - 1)) << "30 s after the refusal";
  EXPECT_LE(waited, seconds(20 + 1));
  EXPECT_TRUE(phone.agent.view().registered);
}

TEST_F(RetryAfter, AServerThatStartedAgainLaterHasItsRegisterAtOnce) {
  start();
  ASSERT_TRUE(phone.pass(seconds(60)));
  ASSERT_EQ(phone.asked.size(), 1u);
  server_closes();
  busy = false;
  EXPECT_LE(next_register(minutes(5)), seconds(1));
  EXPECT_TRUE(phone.agent.view().registered);
}

TEST_F(RetryAfter, AShortOneIsNotMadeLongerByANewConnection) {
  retry_after = "12";
  start();
  server_closes();
  busy = false;
  const auto waited = next_register(minutes(5));
  EXPECT_GE(waited, seconds(12));
  EXPECT_LE(waited, seconds(13));
}

// Refused and cut off, for ever: as the server says it, as late as it likes.
TEST_F(RetryAfter, AServerThatRefusesAndClosesSetsNoPace) {
  for (const char* said : {"300", "1", "0", ""}) {
    for (const Milliseconds after : {Milliseconds(0), Milliseconds(5100), Milliseconds(31'000)}) {
      SCOPED_TRACE(cat("Retry-After ", said, ", closed after ", after.count(), " ms"));
      retry_after = said;
      ServedPhone one([this](FlowId flow, const Message& request) { return serve(flow, request); });
      one.agent.configure(test_settings(), one.now);
      ASSERT_TRUE(one.settle());
      std::vector<TimePoint> registers;
      for (const TimePoint end = one.now + minutes(10); one.now < end;) {
        ASSERT_TRUE(one.pass(after));
        if (refused_over == one.world.opened.back().first) {
          one.agent.flow_down({.flow = refused_over, .reason = "closed"}, one.now);
          refused_over = 0;
        }
        ASSERT_TRUE(one.pass(Milliseconds(50)));
      }
      for (const auto& [at, method] : one.asked) registers.push_back(at);
      ASSERT_GE(registers.size(), 3u) << "it is asked again";
      for (size_t i = 1; i < registers.size(); ++i) {
        const auto apart = registers[i] - registers[i - 1];
        EXPECT_GE(apart, seconds(i > 4 ? 30 : 5)) << i;
      }
    }
  }
}

}  // namespace
}  // namespace phone::signaling
