// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/udp_port.hpp"

#include <gtest/gtest.h>

#include <netinet/ip.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

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

TEST_F(Media_UdpPort, ReadsAheadAndLosesNothingOfABurst) {
  PortPair ours = pair(), far = pair();
  for (const int burst : {1, 7, 8, 9, 16, 50}) {
    for (int i = 0; i < burst; ++i) {
      const std::array<uint8_t, 32> packet{0x80, static_cast<uint8_t>(i)};
      ASSERT_TRUE(far.rtp.send(packet, of(ours.rtp)));
    }
    std::array<uint8_t, 64> packet;
    Endpoint from;
    int64_t arrival = 0, before = 0;
    for (int i = 0; i < burst; ++i) {
      ASSERT_EQ(ours.rtp.receive(packet, from, arrival), 32U) << burst;
      EXPECT_EQ(packet[1], i);
      EXPECT_EQ(from, of(far.rtp));
      EXPECT_GE(arrival, before) << "each has its own time";
      before = arrival;
    }
    EXPECT_EQ(ours.rtp.receive(packet, from, arrival), 0U);
  }
}

TEST_F(Media_UdpPort, APacketThatIsTooLongIsLeftOut) {
  PortPair ours = pair(), far = pair();
  ASSERT_TRUE(far.rtp.send(std::vector<uint8_t>(3000), of(ours.rtp)));
  ASSERT_TRUE(far.rtp.send(std::vector<uint8_t>(70), of(ours.rtp)));
  ASSERT_TRUE(far.rtp.send(std::vector<uint8_t>(20), of(ours.rtp)));
  EXPECT_EQ(drain(ours.rtp), 1);
}

// MLPP: one code point for each precedence, from the configuration.
TEST_F(Media_UdpPort, F74_DscpIsOnTheSocket) {
  for (const char* address : {"127.0.0.1", "::1"}) {
    auto made = bind_pair(address, 20000, 30000);
    if (!made.ok()) continue;  // no IPv6 here
    for (const uint32_t dscp : {46U, 41U, 0U}) {
      made->rtp.set_dscp(dscp);
      int tos = -1;
      socklen_t size = sizeof tos;
      const bool inet4 = std::string(address) == "127.0.0.1";
      ASSERT_EQ(
          ::getsockopt(made->rtp.fd(), inet4 ? IPPROTO_IP : IPPROTO_IPV6, inet4 ? IP_TOS : IPV6_TCLASS, &tos, &size),
          0);
      EXPECT_EQ(static_cast<uint32_t>(tos), dscp << 2);
    }
  }
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
