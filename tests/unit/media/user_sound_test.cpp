// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/user_sound.hpp"

#include <gtest/gtest.h>

namespace phone::media {
namespace {

TEST(F93_Volume, IsBoundedAndOfEachDevice) {
  UserSound sound;
  EXPECT_EQ(sound.set_volume(SoundDevice::kHeadset, 11),
            absl::InvalidArgumentError("volume: the level must be 0 to 10"));
  EXPECT_TRUE(sound.set_volume(SoundDevice::kHeadset, 10).ok());
  EXPECT_TRUE(sound.set_volume(SoundDevice::kRinger, 0).ok());
  EXPECT_FLOAT_EQ(sound.order().gain, 1) << "the handset is as it was";
  EXPECT_FLOAT_EQ(sound.order().ring_gain, 0);
  EXPECT_TRUE(sound.select(Transducer::kHeadset).ok());
  EXPECT_NEAR(sound.order().gain, 2.82, 0.01) << "9 dB";
}

TEST(F93_Volume, WhatIsKeptIsReadAgainAndNothingElseIs) {
  const SoundSettings settings{.volume = {0, 10, 3, 9}, .ringer = Transducer::kHeadset};
  EXPECT_EQ(read_settings(write_settings(settings)), settings);
  for (const char* text : {"", "1 2 3 4", "1 2 3 4 5", "1 2 3 11 0", "1 2 3 4 0 0", "1 2 3 4 0\n", "a b c d e"})
    EXPECT_FALSE(read_settings(text).has_value()) << text;
}

struct Off {
  const char* name;
  DisabledDevices disabled;
  Transducer asked;
  const char* refusal;
  Transducer instead;
};
class F38_DisabledDevice_Table : public testing::TestWithParam<Off> {};

TEST_P(F38_DisabledDevice_Table, IsRefusedByNameAndLeftAtOnce) {
  UserSound sound;
  ASSERT_TRUE(sound.select(GetParam().asked).ok());
  sound.follow(GetParam().disabled);
  EXPECT_EQ(sound.transducer(), GetParam().instead);
  EXPECT_EQ(sound.select(GetParam().asked), absl::FailedPreconditionError(GetParam().refusal));
  EXPECT_EQ(sound.transducer(), GetParam().instead);
  EXPECT_TRUE(sound.order().usable);
  sound.follow({});
  EXPECT_TRUE(sound.select(GetParam().asked).ok());
}
INSTANTIATE_TEST_SUITE_P(Switches, F38_DisabledDevice_Table,
                         testing::Values(Off{"handset",
                                             {.handset = true},
                                             Transducer::kHandset,
                                             "the handset is disabled by the configuration (disableHandset)",
                                             Transducer::kHeadset},
                                         Off{"headset",
                                             {.headset = true},
                                             Transducer::kHeadset,
                                             "the headset is disabled by the configuration (disableSpeakerAndHeadset)",
                                             Transducer::kHandset},
                                         Off{"speaker",
                                             {.speaker = true},
                                             Transducer::kSpeaker,
                                             "the speakerphone is disabled by the configuration (disableSpeaker)",
                                             Transducer::kHandset}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(F38_DisabledDevice, WithoutAnyNothingIsHeardAndNothingIsSaid) {
  UserSound sound;
  sound.follow({.handset = true, .headset = true, .speaker = true});
  EXPECT_FALSE(sound.order().usable);
}

TEST(F93_Ringer, StaysWithTheLoudspeakerWhateverThePolicySaysOfTheSpeakerphone) {
  UserSound sound;
  sound.follow({.headset = true, .speaker = true});
  EXPECT_TRUE(sound.select_ringer(Transducer::kSpeaker).ok());
  EXPECT_EQ(sound.select_ringer(Transducer::kHeadset).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(sound.select_ringer(Transducer::kHandset).ok());
  sound.follow({.handset = true});
  EXPECT_EQ(sound.settings().ringer, Transducer::kSpeaker);
}

}  // namespace
}  // namespace phone::media
