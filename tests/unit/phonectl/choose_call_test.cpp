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

TEST(PhonectlChooseCall, HoldTellsWhichCallIsMeant) {
  SignalingState state;
  add(state, "1", CALL_STATE_ESTABLISHED);
  add(state, "2", CALL_STATE_PRESERVED);
  add(state, "3", CALL_STATE_RINGING_IN);
  state.mutable_call(0)->set_hold(HOLD_STATE_HELD);
  state.mutable_call(1)->set_hold(HOLD_STATE_RESUMING);
  EXPECT_EQ(*choose_call(state, Wanted::kTalking), "2");
  EXPECT_EQ(*choose_call(state, Wanted::kHeld), "1");
  EXPECT_EQ(choose_call(state, Wanted::kTransferable).status().message(), "there are several calls, name one: 1, 2");
  for (HoldState held : {HOLD_STATE_HOLDING, HOLD_STATE_HELD_HERE}) {
    state.mutable_call(0)->set_hold(held);
    EXPECT_EQ(*choose_call(state, Wanted::kHeld), "1");
  }
  state.mutable_call(0)->set_state(CALL_STATE_ENDED);
  EXPECT_EQ(choose_call(state, Wanted::kHeld).status().message(), "no call is on hold");
}

}  // namespace
}  // namespace phone::phonectl
