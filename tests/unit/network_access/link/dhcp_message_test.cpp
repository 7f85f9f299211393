// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/dhcp_message.hpp"

#include <gtest/gtest.h>

namespace phone::network {
namespace {

DhcpMessage sample() {
  DhcpMessage message{.type = DhcpType::kOffer,
                      .reply = true,
                      .transaction = 0x12345678,
                      .seconds = 7,
                      .yours = *ipv4_of("10.0.0.50"),
                      .next_server = *ipv4_of("10.0.0.9"),
                      .hardware = {1, 2, 3, 4, 5, 6},
                      .server_name = "boot.lab"};
  message.set_number(DhcpOption::kServer, *ipv4_of("10.0.0.1"));
  message.set(DhcpOption::kVendor, std::string(300, 'v'));  // two parts (RFC 3396)
  message.set(DhcpOption::kDomain, "");
  return message;
}

TEST(DhcpMessage, IsReadAsItWasWritten) {
  const auto read = parse_dhcp(encode(sample()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, sample());
}

TEST(DhcpMessage, OptionsInTheFieldsOfNamesCount) {
  std::string bytes = encode(sample());
  bytes.resize(240);
  // 52: both fields carry options (RFC 2132 section 9.3); 66 begins among the options and goes on in `file`, then
  // `sname`.
  bytes += std::string("\x35\x01\x02\x34\x01\x03\x42\x02t.\xff", 11);
  bytes.replace(108, 128, std::string("\x42\x02la\xff", 5) + std::string(123, '\0'));
  bytes.replace(44, 64,
                std::string("\x42\x01"
                            "b\xff",
                            4) +
                    std::string(60, '\0'));
  const auto read = parse_dhcp(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read->option(DhcpOption::kTftpName), "t.lab");
  EXPECT_EQ(read->server_name, "") << "which is options then";
}

TEST(DhcpMessage, WhatIsNoneIsRefusedByItsReason) {
  const std::string good = encode(sample());
  const auto refused = [](const std::string& bytes) { return std::string(parse_dhcp(bytes).status().message()); };
  EXPECT_EQ(refused(good.substr(0, 239)), "it does not have the size of a DHCP message");
  EXPECT_EQ(refused(good + std::string(1500, '\0')), "it does not have the size of a DHCP message");
  const auto changed = [&](std::size_t at, char to) {
    std::string bytes = good;
    bytes[at] = to;
    return refused(bytes);
  };
  EXPECT_EQ(changed(0, 3), "it is neither a request nor a reply");
  EXPECT_EQ(changed(2, 8), "it is not for Ethernet");
  EXPECT_EQ(changed(236, 0), "it has no DHCP options");
  EXPECT_EQ(changed(242, 9), "its message type (option 53) is not one of a client's exchange");
  EXPECT_EQ(changed(240, 1), "it has no message type (option 53)");
  for (std::size_t size = 240; size < good.size(); ++size) (void)parse_dhcp(good.substr(0, size));
}

TEST(DhcpMessage, ComesInUdpFromTheServersPortToTheClients) {
  std::string packet = dhcp_packet(0, kBroadcast, "payload");
  EXPECT_EQ(dhcp_payload(packet), "") << "ours are to the server";
  std::swap(packet[21], packet[23]);
  EXPECT_EQ(dhcp_payload(packet), "payload");
  EXPECT_EQ(dhcp_payload(packet + std::string(18, '\0')), "payload") << "padding of the frame";
  for (std::size_t size = 0; size < packet.size(); ++size) EXPECT_EQ(dhcp_payload(packet.substr(0, size)), "");
  for (const std::size_t at : {0U, 3U, 7U, 9U, 10U, 12U}) {
    std::string broken = packet;
    broken[at] = static_cast<char>(broken[at] ^ 0x11);
    EXPECT_EQ(dhcp_payload(broken), "") << at;
  }
}

TEST(DhcpMessage, ArpIsReadAsItWasWrittenAndNothingElseIs) {
  const ArpPacket packet{.request = false,
                         .sender = {1, 2, 3, 4, 5, 6},
                         .sender_address = 0x0a000001,
                         .target = {6, 5, 4, 3, 2, 1},
                         .target_address = 0x0a000002};
  const std::string bytes = encode(packet);
  EXPECT_EQ(parse_arp(bytes), packet);
  EXPECT_FALSE(parse_arp(bytes.substr(0, 27)));
  for (const std::size_t at : {1U, 2U, 4U, 5U, 6U, 7U}) {
    std::string broken = bytes;
    broken[at] = 9;
    EXPECT_FALSE(parse_arp(broken)) << at;
  }
}

}  // namespace
}  // namespace phone::network
