// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Mute, volume, ringer and tones as the tick carries them out; and that it allocates nothing.
#include <gtest/gtest.h>

#include <unistd.h>

#include "services/media/codec/g711.hpp"
#include "services/media/engine.hpp"
#include "tests/unit/media/clear_far_end.hpp"

namespace phone::media {
namespace {

using testing_far_end::ClearFarEnd;
using testing_sound::loudest;
using testing_sound::power_of;

constexpr double kUser = 700;

class Desk final : public Device {
 public:
  std::string name() const override { return "desk"; }
  void capture(std::span<int16_t> frame) override { voice_.fill(frame); }
  void play(std::span<const int16_t> frame) override { speaker.assign(frame.begin(), frame.end()); }
  void drop_captured() override { ++dropped; }
  std::vector<int16_t> speaker = std::vector<int16_t>(kFrameSamples);
  int dropped = 0;

 private:
  testing_sound::Sine voice_{kUser};
};

class F93_Engine : public testing::Test {
 protected:
  ~F93_Engine() override {
    Command done;
    while (engine.collect(done)) {
      if (const auto* applied = std::get_if<ApplySetup>(&done)) delete applied->setup;
    }
  }
  void call() {
    ASSERT_TRUE(engine.submit(AttachStream{0, &far.stream}));
    ASSERT_TRUE(engine.submit(ApplySetup{0, far.setup().release()}));
  }
  void tick(int times = 1) {
    for (int i = 0; i < times; ++i, far.now_us += 20'000) {
      far.rtp.now_us = far.rtcp.now_us = far.now_us;
      engine.tick({.now_us = far.now_us, .ntp = static_cast<uint64_t>(far.now_us) << 12});
    }
  }
  // What the last packet says.
  std::vector<int16_t> sent() const {
    std::vector<int16_t> samples;
    const auto& packet = far.rtp.sent.back().bytes;
    for (size_t i = kRtpHeaderOctets; i < packet.size(); ++i) samples.push_back(from_ulaw(packet[i]));
    return samples;
  }
  double played(Tone tone) {
    EXPECT_TRUE(engine.submit(StartTone{kIdleSlot, tone}));
    tick(20);
    const double power = power_of(desk.speaker);
    EXPECT_TRUE(engine.submit(StartTone{kIdleSlot, Tone::kNone}));
    tick();
    return power;
  }

  ClearFarEnd far;
  Desk desk;
  Engine engine{desk, nullptr};
};

TEST_F(F93_Engine, MutedTheFarEndGetsSilenceFromTheNextPacketOn) {
  call();
  tick(20);
  EXPECT_GT(loudest(sent()), 7000);
  engine.set_muted(true);
  tick(2);  // the filter of the codec rings for a few samples
  for (int i = 0; i < 20; ++i) {
    tick();
    ASSERT_LE(loudest(sent()), 32);
  }
  engine.set_muted(false);
  tick(2);
  EXPECT_GT(loudest(sent()), 7000);
}

TEST_F(F93_Engine, VolumeIsOfTheDeviceInUseAndTheRingersIsItsOwn) {
  const double call_tone = played(Tone::kDial), ring = played(Tone::kRinging);
  engine.set_sound({.gain = 0.5F, .ring_gain = 1});
  EXPECT_NEAR(played(Tone::kDial), call_tone / 2, call_tone / 20);
  EXPECT_NEAR(played(Tone::kRinging), ring, ring / 20);
  engine.set_sound({.gain = 1, .ring_gain = 0});
  EXPECT_NEAR(played(Tone::kDial), call_tone, call_tone / 20);
  EXPECT_EQ(played(Tone::kRinging), 0);
}

TEST_F(F93_Engine, WithoutAnAllowedDeviceOnlyTheRingerIsHeard) {
  call();
  engine.set_sound({.usable = false});
  tick(5);
  EXPECT_LE(loudest(sent()), 32);
  EXPECT_EQ(played(Tone::kDial), 0);
  EXPECT_GT(played(Tone::kRinging), 1000);
}

TEST_F(F93_Engine, AStoppedCallWaitingToneLeavesTheSecurityToneAlone) {
  call();
  ASSERT_TRUE(engine.submit(StartTone{0, Tone::kCallWaiting}));
  ASSERT_TRUE(engine.submit(StartTone{0, Tone::kSecure}));
  tick(2);
  ASSERT_TRUE(engine.submit(StartTone{0, Tone::kNone}));
  tick(10);
  EXPECT_GT(power_of(desk.speaker), 1000) << "its first beep has 500 ms";
  ASSERT_TRUE(engine.submit(DetachStream{.slot = 0}));
  tick();
  EXPECT_EQ(loudest(desk.speaker), 0) << "it ends with its stream";
}

TEST_F(F93_Engine, WhoTakesTheMicrophoneGetsNothingThatWasSaidBefore) {
  call();
  tick();
  EXPECT_EQ(desk.dropped, 1);
  tick(10);
  EXPECT_EQ(desk.dropped, 1);
}

TEST(F93_Mute, IsOnTheRecordAtOnceAndNotTouchedByThePackets) {
  auto record = *StateRecord::create("s", 4000);
  record->set_muted(true);
  record->write({});
  record->write({});
  auto again = StateRecord::adopt(::dup(record->fd()));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE((*again)->muted());
  EXPECT_TRUE((*again)->read().has_value());
  record->set_muted(false);
  EXPECT_FALSE((*again)->muted());
}

}  // namespace
}  // namespace phone::media
