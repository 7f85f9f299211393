// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/offer_state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace phone::signaling {
namespace {

using enum OfferState;

constexpr std::array kOfferStates{kSettled,   kSentReinvite,      kSentReinviteOfferDue, kGlare,
                                  kAwaitsAck, kAwaitsAckOfferDue, kAwaitsAnswerInAck,    kAwaitsAnswerInAckOfferDue};

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
    testing::Values(OfferRow{"ReinviteSent",
                             OfferEvent::kReinviteSent,
                             {kSentReinvite, kSentReinvite, kSentReinviteOfferDue, kGlare, kAwaitsAck,
                              kAwaitsAckOfferDue, kAwaitsAnswerInAck, kAwaitsAnswerInAckOfferDue}},
                    OfferRow{"MediaLost",
                             OfferEvent::kMediaLost,
                             {kSettled, kSentReinviteOfferDue, kSentReinviteOfferDue, kSettled, kAwaitsAckOfferDue,
                              kAwaitsAckOfferDue, kAwaitsAckOfferDue, kAwaitsAckOfferDue}},
                    OfferRow{"FinalResponse",
                             OfferEvent::kFinalResponse,
                             {kSettled, kSettled, kSettled, kGlare, kAwaitsAck, kAwaitsAckOfferDue, kAwaitsAnswerInAck,
                              kAwaitsAnswerInAckOfferDue}},
                    OfferRow{"Glared",
                             OfferEvent::kGlared,
                             {kSettled, kGlare, kGlare, kGlare, kAwaitsAck, kAwaitsAckOfferDue, kAwaitsAnswerInAck,
                              kAwaitsAnswerInAckOfferDue}},
                    OfferRow{"GlareOver",
                             OfferEvent::kGlareOver,
                             {kSettled, kSentReinvite, kSentReinviteOfferDue, kSettled, kAwaitsAck, kAwaitsAckOfferDue,
                              kAwaitsAnswerInAck, kAwaitsAnswerInAckOfferDue}},
                    OfferRow{"Answered",
                             OfferEvent::kAnswered,
                             {kAwaitsAck, kSentReinvite, kSentReinviteOfferDue, kAwaitsAckOfferDue, kAwaitsAck,
                              kAwaitsAckOfferDue, kAwaitsAnswerInAck, kAwaitsAnswerInAckOfferDue}},
                    OfferRow{"Offered",
                             OfferEvent::kOffered,
                             {kAwaitsAnswerInAck, kSentReinvite, kSentReinviteOfferDue, kAwaitsAnswerInAckOfferDue,
                              kAwaitsAck, kAwaitsAckOfferDue, kAwaitsAnswerInAck, kAwaitsAnswerInAckOfferDue}},
                    OfferRow{"Acknowledged",
                             OfferEvent::kAcknowledged,
                             {kSettled, kSentReinvite, kSentReinviteOfferDue, kGlare, kSettled, kSettled, kSettled,
                              kSettled}},
                    OfferRow{"BackToGlare",
                             OfferEvent::kBackToGlare,
                             {kSettled, kSentReinvite, kSentReinviteOfferDue, kGlare, kAwaitsAck, kGlare,
                              kAwaitsAnswerInAck, kGlare}},
                    OfferRow{"DialogLost",
                             OfferEvent::kDialogLost,
                             {kSettled, kSettled, kSettled, kSettled, kSettled, kSettled, kSettled, kSettled}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(OfferState, OnlyASettledOrGlaringCallTakesAnOffer) {
  for (const OfferState state : kOfferStates)
    EXPECT_EQ(takes_offers(state), state == kSettled || state == kGlare) << name_of(state);
}

}  // namespace
}  // namespace phone::signaling
