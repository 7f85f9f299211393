// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/udp_port.hpp"

#include <gtest/gtest.h>

#include <array>

#include "services/media/rtp/udp_strays.hpp"

namespace phone::media {
namespace {

class Media_UdpPort : public ::testing::Test {
 protected:
  static PortPair pair() {
    auto made = bind_pair("127.0.0.1", 20000, 30000);
    EXPECT_TRUE(made.ok()) << made.status();
    return *std::move(made);
  }
  static Endpoint of(const UdpPort& port) { return *parse_endpoint("127.0.0.1", port.local_port()); }
  // How many of the packets that wait there are read.
  static int drain(UdpPort& port) {
    std::array<uint8_t, 64> packet;
    Endpoint from;
    int64_t arrival = 0;
    int count = 0;
    while (port.receive(packet, from, arrival) > 0) ++count;
    return count;
  }
};

TEST_F(Media_UdpPort, AFloodFromElsewhereDisplacesNothingWhileItHearsOnlyOne) {
  PortPair ours = pair(), far = pair(), flood = pair();
  const std::array<uint8_t, 32> packet{0x80};
  ours.rtp.hear_only(of(far.rtp));
  for (int i = 0; i < 5000; ++i) (void)flood.rtp.send(packet, of(ours.rtp));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(far.rtp.send(packet, of(ours.rtp)));
  EXPECT_EQ(drain(ours.rtp), 10);
}

TEST_F(Media_UdpPort, HearsAllAgainOnTheSamePort) {
  PortPair ours = pair(), far = pair(), other = pair();
  const std::array<uint8_t, 32> packet{0x80};
  const uint16_t port = ours.rtp.local_port();
  ours.rtp.hear_only(of(far.rtp));
  ours.rtp.hear_only({});
  EXPECT_EQ(ours.rtp.local_port(), port);
  EXPECT_TRUE(other.rtp.send(packet, of(ours.rtp)));
  EXPECT_TRUE(far.rtp.send(packet, of(ours.rtp)));
  EXPECT_EQ(drain(ours.rtp), 2);
  EXPECT_TRUE(ours.rtp.send(packet, of(other.rtp)));
  EXPECT_EQ(drain(other.rtp), 1);
}

TEST(Media_UdpStrays, AreTheKernelsCountOfPacketsForNobody) {
  EXPECT_EQ(parse_udp_strays(
                "Tcp: A\nTcp: 1\nUdp: InDatagrams NoPorts InErrors\nUdp: 5 4711 0\nUdpLite: NoPorts\nUdpLite: 1\n"),
            4711u);
  EXPECT_EQ(parse_udp_strays(""), 0u);
  EXPECT_EQ(parse_udp_strays("Udp: InDatagrams\nUdp: 5\n"), 0u);
}

}  // namespace
}  // namespace phone::media
