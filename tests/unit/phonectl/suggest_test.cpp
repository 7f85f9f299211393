// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/suggest.hpp"
#include <gtest/gtest.h>

namespace phone::phonectl {
namespace {

const std::vector<std::string> kCommands = {"status", "call", "answer", "hangup", "trust"};

TEST(PhonectlSuggest, MistypedCommandNamesTheOneThatWasMeant) {
  EXPECT_EQ(unknown_command("", "anser", kCommands), "there is no command 'anser'; did you mean 'answer'?");
  EXPECT_EQ(unknown_command("", "stat", kCommands), "there is no command 'stat'; did you mean 'status'?");
  EXPECT_EQ(unknown_command("trust", "wyh", {"decisions", "why"}),
            "there is no command 'trust wyh'; did you mean 'trust why'?");
}

TEST(PhonectlSuggest, StrangeCommandListsWhatThereIs) {
  EXPECT_EQ(unknown_command("", "conference", kCommands),
            "there is no command 'conference'; the commands are: status, call, answer, hangup, trust");
}

}  // namespace
}  // namespace phone::phonectl
