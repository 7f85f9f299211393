// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/dialog_state.hpp"

#include <gtest/gtest.h>

#include <map>

namespace phone::signaling {
namespace {

using State = DialogState;

constexpr State kStates[] = {State::kKnown, State::kUnconfirmed, State::kElsewhere, State::kGone};

// The states an event leads away from; every other stays as it is.
struct DialogRow {
  const char* name;
  DialogEvent event;
  std::map<State, State> leads;
};

class DialogStateTable : public testing::TestWithParam<DialogRow> {};

TEST_P(DialogStateTable, LeadsFromEveryState) {
  for (const State from : kStates) {
    const auto found = GetParam().leads.find(from);
    EXPECT_EQ(name_of(next(from, GetParam().event)), name_of(found == GetParam().leads.end() ? from : found->second))
        << "from " << name_of(from);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Events, DialogStateTable,
    testing::Values(DialogRow{"ConnectionLost", DialogEvent::kConnectionLost, {{State::kKnown, State::kUnconfirmed}}},
                    DialogRow{"TakenOver",
                              DialogEvent::kTakenOver,
                              {{State::kKnown, State::kElsewhere}, {State::kUnconfirmed, State::kElsewhere}}},
                    DialogRow{"Returned", DialogEvent::kReturned, {{State::kElsewhere, State::kUnconfirmed}}},
                    DialogRow{"Confirmed",
                              DialogEvent::kConfirmed,
                              {{State::kUnconfirmed, State::kKnown},
                               {State::kElsewhere, State::kKnown},
                               {State::kGone, State::kKnown}}},
                    DialogRow{"Denied", DialogEvent::kDenied, {{State::kUnconfirmed, State::kGone}}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace phone::signaling
