// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The board says what phonectl says.
#include "tools/board/words.hpp"

#include <gtest/gtest.h>

#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

template <class Enum>
void expect_same(const google::protobuf::EnumDescriptor* values, const std::string& but = "") {
  for (int i = 0; i < values->value_count(); ++i) {
    const auto& value = *values->value(i);
    if (value.name() == but) continue;
    EXPECT_EQ(board::word_of(value.name()), word(static_cast<Enum>(value.number()))) << value.name();
  }
}

TEST(F98_BoardWords, AreThoseOfPhonectl) {
  expect_same<signaling::v1::SecurityLevel>(signaling::v1::SecurityLevel_descriptor());
  expect_same<signaling::v1::RegistrationState>(signaling::v1::RegistrationState_descriptor(),
                                                "REGISTRATION_STATE_UNSPECIFIED");
  expect_same<network::v1::AccessState>(network::v1::AccessState_descriptor(), "ACCESS_STATE_UNSPECIFIED");
}

TEST(F98_BoardWords, UnknownNameStaysAsItIs) { EXPECT_EQ(board::word_of("STATE_OF_TOMORROW"), "STATE_OF_TOMORROW"); }

}  // namespace
}  // namespace phone::phonectl
