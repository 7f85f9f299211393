// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/audio_focus.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace phone::media {
namespace {

struct FocusRow {
  FocusState state;
  FocusWish wish;
  FocusState next;
};
class F89_FocusTransitions : public testing::TestWithParam<FocusRow> {};
TEST_P(F89_FocusTransitions, OfTheStreamThatIsOrdered) {
  EXPECT_EQ(next(GetParam().state, GetParam().wish), GetParam().next);
}
INSTANTIATE_TEST_SUITE_P(Table, F89_FocusTransitions,
                         testing::Values(FocusRow{FocusState::kNew, FocusWish::kKeep, FocusState::kHolds},
                                         FocusRow{FocusState::kNew, FocusWish::kTake, FocusState::kHolds},
                                         FocusRow{FocusState::kNew, FocusWish::kRelease, FocusState::kReleased},
                                         FocusRow{FocusState::kHolds, FocusWish::kKeep, FocusState::kHolds},
                                         FocusRow{FocusState::kHolds, FocusWish::kTake, FocusState::kHolds},
                                         FocusRow{FocusState::kHolds, FocusWish::kRelease, FocusState::kReleased},
                                         FocusRow{FocusState::kLost, FocusWish::kKeep, FocusState::kLost},
                                         FocusRow{FocusState::kLost, FocusWish::kTake, FocusState::kHolds},
                                         FocusRow{FocusState::kLost, FocusWish::kRelease, FocusState::kReleased},
                                         FocusRow{FocusState::kReleased, FocusWish::kKeep, FocusState::kReleased},
                                         FocusRow{FocusState::kReleased, FocusWish::kTake, FocusState::kHolds},
                                         FocusRow{FocusState::kReleased, FocusWish::kRelease, FocusState::kReleased}),
                         [](const auto& info) { return std::to_string(info.index); });

TEST(F89_AudioFocus, ANewStreamTakesItFromTheOneBeforeAndBothAreNamed) {
  AudioFocus focus;
  const auto first = focus.ordered(2, FocusWish::kKeep);
  ASSERT_EQ(first.count, 1U);
  EXPECT_EQ(first.change[0].slot, 2U);
  const auto second = focus.ordered(0, FocusWish::kKeep);
  ASSERT_EQ(second.count, 2U);
  EXPECT_EQ(second.change[0].slot, 2U) << "the one that loses it comes first";
  EXPECT_EQ(second.change[0].to, FocusState::kLost);
  EXPECT_EQ(second.change[0].taken_by, 0U);
  EXPECT_EQ(second.change[1].slot, 0U);
  EXPECT_EQ(second.change[1].to, FocusState::kHolds);
  EXPECT_EQ(focus.holder(), 0U);
}

TEST(F89_AudioFocus, ARepeatedOrderOfTheStreamThatLostItTakesNothingBack) {
  AudioFocus focus;
  focus.ordered(0, FocusWish::kKeep);
  focus.ordered(1, FocusWish::kTake);
  EXPECT_EQ(focus.ordered(0, FocusWish::kKeep).count, 0U);
  EXPECT_EQ(focus.holder(), 1U);
}

TEST(F89_AudioFocus, WhatIsGivenUpGoesToNoOtherStream) {
  for (const bool closed : {false, true}) {
    AudioFocus focus;
    focus.ordered(0, FocusWish::kKeep);
    focus.ordered(1, FocusWish::kKeep);
    const auto changes = closed ? focus.closed(1) : focus.ordered(1, FocusWish::kRelease);
    EXPECT_EQ(changes.count, 1U);
    EXPECT_EQ(focus.holder(), std::nullopt) << "the user who ends one call does not speak in another by that";
    focus.ordered(0, FocusWish::kKeep);
    EXPECT_EQ(focus.holder(), std::nullopt);
    focus.ordered(0, FocusWish::kTake);
    EXPECT_EQ(focus.holder(), 0U);
  }
}

TEST(F89_AudioFocus, RecordsOfTwoHoldersLeaveOne) {
  AudioFocus focus;
  focus.adopted(0, FocusState::kHolds);
  focus.adopted(1, FocusState::kHolds);
  EXPECT_EQ(focus.state(0), FocusState::kLost);
  EXPECT_EQ(focus.holder(), 1U);
  focus.adopted(2, FocusState::kLost);
  focus.ordered(2, FocusWish::kKeep);
  EXPECT_EQ(focus.holder(), 1U) << "the record of a stream that had lost it keeps it from taking it as a new one";
}

// Every sequence of five orders, adoptions and closings on three streams: never two, and the changes tell all.
TEST(F89_AudioFocus, WhateverIsAskedAtMostOneStreamHasIt) {
  constexpr size_t kSlots = 3, kKinds = 6, kSteps = 5;
  size_t sequences = 1;
  for (size_t i = 0; i < kSteps; ++i) sequences *= kSlots * kKinds;
  for (size_t sequence = 0; sequence < sequences; ++sequence) {
    AudioFocus focus;
    std::vector<FocusState> told(kSlots, FocusState::kNew);
    size_t rest = sequence;
    for (size_t step = 0; step < kSteps; ++step, rest /= kSlots * kKinds) {
      const size_t slot = rest % kSlots, kind = rest / kSlots % kKinds;
      const auto changes = kind == 0   ? focus.ordered(slot, FocusWish::kKeep)
                           : kind == 1 ? focus.ordered(slot, FocusWish::kTake)
                           : kind == 2 ? focus.ordered(slot, FocusWish::kRelease)
                           : kind == 3 ? focus.closed(slot)
                           : kind == 4 ? focus.adopted(slot, FocusState::kHolds)
                                       : focus.adopted(slot, FocusState::kLost);
      for (const AudioFocus::Changed& changed : changes) {
        ASSERT_EQ(told[changed.slot], changed.from);
        told[changed.slot] = changed.to;
      }
      for (size_t at = 0; at < kSlots; ++at) ASSERT_EQ(told[at], focus.state(at)) << sequence;
      ASSERT_LE(std::count(told.begin(), told.end(), FocusState::kHolds), 1) << sequence;
    }
  }
}

}  // namespace
}  // namespace phone::media
