// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/tone_state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace phone::signaling {
namespace {

using enum ToneState;

constexpr std::array kToneStates{kFollowing, kPausing, kSettling, kSettlingPausing};

struct ToneRow {
  const char* name;
  ToneEvent event;
  std::array<ToneState, kToneStates.size()> then;  // from each of kToneStates, in that order
};

class ToneStateTable : public testing::TestWithParam<ToneRow> {};

TEST_P(ToneStateTable, LeadsFromEveryState) {
  for (size_t i = 0; i < kToneStates.size(); ++i) {
    EXPECT_EQ(name_of(next(kToneStates[i], GetParam().event)), name_of(GetParam().then[i]))
        << "from " << name_of(kToneStates[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Events, ToneStateTable,
    testing::Values(ToneRow{"Settle", ToneEvent::kSettle, {kSettling, kSettlingPausing, kSettling, kSettlingPausing}},
                    ToneRow{"SettleOver", ToneEvent::kSettleOver, {kFollowing, kPausing, kFollowing, kPausing}},
                    ToneRow{
                        "TonePlayed", ToneEvent::kTonePlayed, {kPausing, kPausing, kSettlingPausing, kSettlingPausing}},
                    ToneRow{"PauseOver", ToneEvent::kPauseOver, {kFollowing, kFollowing, kSettling, kSettling}}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace phone::signaling
