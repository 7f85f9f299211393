// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/hold_state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace phone::signaling {
namespace {

using enum HoldState;

constexpr std::array kHoldStates{kNone, kHolding, kHeld, kHeldHere, kResuming};

struct HoldRow {
  const char* name;
  HoldEvent event;
  std::array<HoldState, kHoldStates.size()> then;  // from each of kHoldStates, in that order
};

class HoldStateTable : public testing::TestWithParam<HoldRow> {};

TEST_P(HoldStateTable, LeadsFromEveryState) {
  for (size_t i = 0; i < kHoldStates.size(); ++i) {
    EXPECT_EQ(name_of(next(kHoldStates[i], GetParam().event)), name_of(GetParam().then[i]))
        << "from " << name_of(kHoldStates[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Events, HoldStateTable,
    testing::Values(HoldRow{"Hold", HoldEvent::kHold, {kHolding, kHolding, kHeld, kHeldHere, kHolding}},
                    HoldRow{"Resume", HoldEvent::kResume, {kNone, kResuming, kResuming, kNone, kResuming}},
                    HoldRow{"Agreed", HoldEvent::kAgreed, {kNone, kHeld, kHeld, kHeldHere, kNone}},
                    HoldRow{"Refused", HoldEvent::kRefused, {kNone, kHeldHere, kHeld, kHeldHere, kHeld}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(HoldState, TheUserIsInAtMostTheStatesThatSaySo) {
  for (HoldState state : kHoldStates) EXPECT_EQ(on_hold(state), state != kNone && state != kResuming) << name_of(state);
  for (HoldState state : kHoldStates)
    EXPECT_EQ(awaits_far_end(state), state == kHolding || state == kResuming) << name_of(state);
}

}  // namespace
}  // namespace phone::signaling
