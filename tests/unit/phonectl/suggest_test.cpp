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

TEST(F98_Suggest, OptionsAndValuesHaveANearestWordToo) {
  const std::vector<std::string> options = {"--json", "--socket", "--remote"};
  EXPECT_EQ(unknown_option("--jsno", options), "there is no option '--jsno' here; did you mean '--json'?");
  EXPECT_EQ(unknown_option("--sokcet=/x", options), "there is no option '--sokcet' here; did you mean '--socket'?");
  EXPECT_EQ(unknown_option("--frobnicate", options), "there is no option '--frobnicate' here; --help lists them");
  EXPECT_EQ(unknown_value("device", "speker", {"handset", "headset", "speaker"}),
            "device is 'speker', which is none of: handset, headset, speaker; did you mean 'speaker'?");
  EXPECT_EQ(unknown_value("state", "maybe", {"on", "off"}), "state is 'maybe', which is none of: on, off");
}

}  // namespace
}  // namespace phone::phonectl
