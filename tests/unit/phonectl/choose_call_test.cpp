// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/choose_call.hpp"

#include <gtest/gtest.h>

namespace phone::phonectl {
namespace {

using namespace phone::signaling::v1;

void add(SignalingState& state, const char* name, CallState call_state) {
  auto* call = state.add_call();
  call->set_call(name);
  call->set_state(call_state);
}

TEST(PhonectlChooseCall, TheOneThatRings) {
  SignalingState state;
  add(state, "1", CALL_STATE_ESTABLISHED);
  add(state, "2", CALL_STATE_RINGING_IN);
  EXPECT_EQ(*choose_call(state, Wanted::kRinging), "2");
}

TEST(PhonectlChooseCall, EndedCallsAreNotLive) {
  SignalingState state;
  add(state, "1", CALL_STATE_ENDED);
  EXPECT_EQ(choose_call(state, Wanted::kLive).status().message(), "there is no call");
  EXPECT_EQ(choose_call(state, Wanted::kRinging).status().message(), "no call is ringing");
  add(state, "2", CALL_STATE_PRESERVED);
  EXPECT_EQ(*choose_call(state, Wanted::kLive), "2");
}

TEST(PhonectlChooseCall, SeveralAreAskedAbout) {
  SignalingState state;
  add(state, "1", CALL_STATE_DIALING);
  add(state, "2", CALL_STATE_ESTABLISHED);
  EXPECT_EQ(choose_call(state, Wanted::kLive).status().message(), "there are several calls, name one: 1, 2");
}

}  // namespace
}  // namespace phone::phonectl
