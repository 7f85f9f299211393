// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/offer_state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace phone::signaling {
namespace {

using enum OfferState;

constexpr std::array kOfferStates{kSettled,
                                  kSentReinvite,
                                  kSentReinviteOfferDue,
                                  kGlare,
                                  kAwaitsAck,
                                  kAwaitsAckGlare,
                                  kAwaitsAckOfferDue,
                                  kAwaitsAnswerInAck,
                                  kAwaitsAnswerInAckGlare,
                                  kAwaitsAnswerInAckOfferDue};

struct OfferRow {
  const char* name;
  OfferEvent event;
  std::array<OfferState, kOfferStates.size()> then;  // from each of kOfferStates, in that order
};

class OfferStateTable : public testing::TestWithParam<OfferRow> {};

TEST_P(OfferStateTable, LeadsFromEveryState) {
  for (size_t i = 0; i < kOfferStates.size(); ++i) {
    EXPECT_EQ(name_of(next(kOfferStates[i], GetParam().event)), name_of(GetParam().then[i]))
        << "from " << name_of(kOfferStates[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Events, OfferStateTable,
    testing::Values(
        OfferRow{"ReinviteSent",
                 OfferEvent::kReinviteSent,
                 {kSentReinvite, kSentReinvite, kSentReinviteOfferDue, kGlare, kAwaitsAck, kAwaitsAckGlare,
                  kAwaitsAckOfferDue, kAwaitsAnswerInAck, kAwaitsAnswerInAckGlare, kAwaitsAnswerInAckOfferDue}},
        OfferRow{"MediaLost",
                 OfferEvent::kMediaLost,
                 {kSettled, kSentReinviteOfferDue, kSentReinviteOfferDue, kSettled, kAwaitsAckOfferDue,
                  kAwaitsAckOfferDue, kAwaitsAckOfferDue, kAwaitsAckOfferDue, kAwaitsAckOfferDue, kAwaitsAckOfferDue}},
        OfferRow{"FinalResponse",
                 OfferEvent::kFinalResponse,
                 {kSettled, kSettled, kSettled, kGlare, kAwaitsAck, kAwaitsAckGlare, kAwaitsAckOfferDue,
                  kAwaitsAnswerInAck, kAwaitsAnswerInAckGlare, kAwaitsAnswerInAckOfferDue}},
        OfferRow{"Glared",
                 OfferEvent::kGlared,
                 {kSettled, kGlare, kGlare, kGlare, kAwaitsAck, kAwaitsAckGlare, kAwaitsAckOfferDue, kAwaitsAnswerInAck,
                  kAwaitsAnswerInAckGlare, kAwaitsAnswerInAckOfferDue}},
        OfferRow{"GlareOver",
                 OfferEvent::kGlareOver,
                 {kSettled, kSentReinvite, kSentReinviteOfferDue, kSettled, kAwaitsAck, kAwaitsAckOfferDue,
                  kAwaitsAckOfferDue, kAwaitsAnswerInAck, kAwaitsAnswerInAckOfferDue, kAwaitsAnswerInAckOfferDue}},
        OfferRow{"Answered",
                 OfferEvent::kAnswered,
                 {kAwaitsAck, kSentReinvite, kSentReinviteOfferDue, kAwaitsAckGlare, kAwaitsAck, kAwaitsAckGlare,
                  kAwaitsAckOfferDue, kAwaitsAnswerInAck, kAwaitsAnswerInAckGlare, kAwaitsAnswerInAckOfferDue}},
        OfferRow{"Offered",
                 OfferEvent::kOffered,
                 {kAwaitsAnswerInAck, kSentReinvite, kSentReinviteOfferDue, kAwaitsAnswerInAckGlare, kAwaitsAck,
                  kAwaitsAckGlare, kAwaitsAckOfferDue, kAwaitsAnswerInAck, kAwaitsAnswerInAckGlare,
                  kAwaitsAnswerInAckOfferDue}},
        OfferRow{"Acknowledged",
                 OfferEvent::kAcknowledged,
                 {kSettled, kSentReinvite, kSentReinviteOfferDue, kGlare, kSettled, kGlare, kSettled, kSettled, kGlare,
                  kSettled}},
        OfferRow{"DialogLost",
                 OfferEvent::kDialogLost,
                 {kSettled, kSettled, kSettled, kSettled, kSettled, kSettled, kSettled, kSettled, kSettled, kSettled}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(OfferState, OnlyASettledOrGlaringCallTakesAnOffer) {
  for (const OfferState state : kOfferStates)
    EXPECT_EQ(takes_offers(state), state == kSettled || state == kGlare) << name_of(state);
}

}  // namespace
}  // namespace phone::signaling
