// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Lost is what was sent and did not arrive, nothing else.
#include "services/media/rtp/reception.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace phone::media {
namespace {

// A far end that sends 20 ms of G.711 at a time; what it does is in the test's hands.
class FarEnd {
 public:
  explicit FarEnd(uint16_t first = 100) : sequence(first) {
    clock_.start(8000);
    reception.start(1);
  }
  void send(int packets = 1) {
    for (int i = 0; i < packets; ++i) {
      deliver(sequence, timestamp);
      pass(1);
    }
  }
  void lose(int packets) { pass(packets); }
  // The same time later, without a packet, a number or a timestamp.
  void wait_ms(int64_t ms) { now_us += ms * 1000; }
  void deliver(uint16_t number, uint32_t at) {
    const MediaClock::Moment moment = clock_.of(number, at, now_us);
    (void)reception.audio(number, now_us, moment, 8000);
  }

  Reception reception;
  uint16_t sequence;
  uint32_t timestamp = 1000;
  int64_t now_us = 5'000'000;

 private:
  void pass(int packets) {
    sequence = static_cast<uint16_t>(sequence + packets);
    timestamp += 160U * static_cast<uint32_t>(packets);
    now_us += 20'000 * packets;
  }
  MediaClock clock_;
};

struct Case {
  const char* name;
  uint64_t lost;
  std::function<void(FarEnd&)> happens;
};
class F93_Loss_Table : public testing::TestWithParam<Case> {};

TEST_P(F93_Loss_Table, IsWhatDidNotArrive) {
  FarEnd far;
  far.send(50);
  GetParam().happens(far);
  far.send(50);
  EXPECT_EQ(far.reception.lost(), GetParam().lost);
  EXPECT_LT(far.reception.jitter_ms(), 3) << "none of this is jitter of the network";
}

const Case kCases[] = {
    {"nothing", 0, [](FarEnd&) {}},
    {"one_packet", 1, [](FarEnd& far) { far.lose(1); }},
    {"five_packets", 5, [](FarEnd& far) { far.lose(5); }},
    {"a_second_of_packets", 50, [](FarEnd& far) { far.lose(50); }},
    {"ten_seconds_of_packets", 500, [](FarEnd& far) { far.lose(500); }},
    {"numbers_jump_a_little", 0, [](FarEnd& far) { far.sequence += 5; }},
    {"numbers_jump", 0, [](FarEnd& far) { far.sequence += 1000; }},
    {"numbers_jump_far", 0, [](FarEnd& far) { far.sequence += 30000; }},
    {"numbers_start_anew_below", 0, [](FarEnd& far) { far.sequence -= 12000; }},
    {"numbers_start_anew_after_a_pause", 0,
     [](FarEnd& far) {
       far.wait_ms(9000);
       far.sequence += 300;
       far.timestamp += 3'000'000;
     }},
    {"timestamps_start_anew", 0, [](FarEnd& far) { far.timestamp += 0x70000000; }},
    {"timestamps_go_back", 0, [](FarEnd& far) { far.timestamp -= 80000; }},
    {"timestamps_go_back_a_frame", 0, [](FarEnd& far) { far.timestamp -= 320; }},
    {"numbers_and_timestamps_start_anew", 0,
     [](FarEnd& far) {
       far.sequence += 20000;
       far.timestamp -= 123456;
     }},
    {"a_pause_with_time_running", 0,
     [](FarEnd& far) {
       far.wait_ms(4000);
       far.timestamp += 32000;
     }},
    {"a_pause_with_frozen_timestamps", 0, [](FarEnd& far) { far.wait_ms(4000); }},
    {"two_swapped", 0,
     [](FarEnd& far) {
       far.deliver(static_cast<uint16_t>(far.sequence + 1), far.timestamp + 160);
       far.deliver(far.sequence, far.timestamp);
       far.sequence += 2;
       far.timestamp += 320;
       far.wait_ms(40);
     }},
    {"one_twice_and_one_lost", 1,
     [](FarEnd& far) {
       far.deliver(far.sequence, far.timestamp);
       far.send(1);
       far.lose(1);
     }},
    {"another_kind_of_packet_in_between", 0,
     [](FarEnd& far) {
       for (int i = 0; i < 10; ++i, far.wait_ms(20)) far.reception.packet(far.sequence++, far.now_us);
       far.timestamp += 1600;
     }},
    {"told_to_pause", 0,
     [](FarEnd& far) {
       far.reception.pause();
       far.lose(200);
     }},
};
INSTANTIATE_TEST_SUITE_P(Kinds, F93_Loss_Table, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Reception, CountsLossAcrossTheWrapAndJitterAsTheStandardSays) {
  FarEnd far(65530);
  for (int i = 0; i < 20; ++i) i == 3 || i == 10 ? far.lose(1) : far.send();
  EXPECT_EQ(far.reception.expected(), 20U);
  EXPECT_EQ(far.reception.lost(), 2U);
  EXPECT_EQ(far.reception.fraction_lost_since_last(), 2 * 256 / 20);
  EXPECT_EQ(far.reception.fraction_lost_since_last(), 0);
  EXPECT_EQ(far.reception.highest_extended(), 0x10000U + static_cast<uint16_t>(65530 + 19));
  EXPECT_DOUBLE_EQ(far.reception.jitter_ms(), 0);
  far.wait_ms(16);
  far.send();
  EXPECT_NEAR(far.reception.jitter_ms(), 1.0, 0.01);  // 16 ms / 16
}

TEST(Reception, APacketThatComesLateIsNotLostAnyMore) {
  FarEnd far;
  far.send(10);
  const uint16_t late = far.sequence;
  const uint32_t at = far.timestamp;
  far.lose(1);
  far.send(10);
  EXPECT_EQ(far.reception.lost(), 1U);
  far.deliver(late, at);
  EXPECT_EQ(far.reception.lost(), 0U);
  far.deliver(late, at);
  EXPECT_EQ(far.reception.received(), far.reception.expected());
}

}  // namespace
}  // namespace phone::media
