// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A BYE says how well the media arrived, if the call manager asks for it (callStats).
#include <gtest/gtest.h>

#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

class F93_Statistics : public Calls_ {
 protected:
  void SetUp() override {}
  Message bye(bool asked) {
    Settings settings = test_settings();
    settings.call_statistics = asked;
    start(settings);
    established();
    agent.stream_facts("a",
                       {{.stream = world.streams.back().first,
                         .packets_sent = 10,
                         .packets_received = 10,
                         .has_user = true,
                         .rx_stat = "Dur=7,Pkt=350,Oct=56000,LatePkt=1,LostPkt=2,AvgJit=3",
                         .tx_stat = "Dur=8,Pkt=400,Oct=64000"}},
                       now);
    EXPECT_TRUE(agent.hang_up(call().call, now).ok());
    Message message = world.next();
    EXPECT_EQ(message.method, "BYE");
    return message;
  }
};

TEST_F(F93_Statistics, AreInTheByeWhenTheCallManagerAsks) {
  const Message message = bye(true);
  EXPECT_EQ(message.field("RTP-RxStat").value_or(""), "Dur=7,Pkt=350,Oct=56000,LatePkt=1,LostPkt=2,AvgJit=3");
  EXPECT_EQ(message.field("RTP-TxStat").value_or(""), "Dur=8,Pkt=400,Oct=64000");
}

TEST_F(F93_Statistics, AreNotToldUnasked) { EXPECT_FALSE(bye(false).field("RTP-RxStat").has_value()); }

}  // namespace
}  // namespace phone::signaling
