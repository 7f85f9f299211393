// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/link_facts.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

namespace phone::network {
namespace {

template <class T>
std::string bytes(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string padded(std::string text) {
  while (text.size() % 4 != 0) text += '\0';
  return text;
}

std::string attribute(unsigned short type, const std::string& value) {
  const rtattr header{.rta_len = static_cast<unsigned short>(sizeof(rtattr) + value.size()), .rta_type = type};
  return padded(bytes(header) + value);
}

std::string message(unsigned short type, const std::string& body) {
  const nlmsghdr header{.nlmsg_len = static_cast<unsigned>(sizeof(nlmsghdr) + body.size()), .nlmsg_type = type};
  return padded(bytes(header) + body);
}

std::string link(int index, const std::string& name, bool up, unsigned short type = RTM_NEWLINK) {
  ifinfomsg info{};
  info.ifi_index = index;
  info.ifi_flags = static_cast<unsigned>(IFF_UP) | (up ? 1U << 16U : 0U);
  return message(
      type, bytes(info) + attribute(IFLA_IFNAME, name + '\0') + attribute(IFLA_ADDRESS, "\x0a\x1b\x2c\x3d\x4e\x5f"));
}

std::string address(int index, int family, const std::string& raw, unsigned flags = 0, unsigned char scope = 0,
                    unsigned short type = RTM_NEWADDR) {
  ifaddrmsg info{};
  info.ifa_family = static_cast<unsigned char>(family);
  info.ifa_index = static_cast<unsigned>(index);
  info.ifa_scope = scope;
  return message(type, bytes(info) + attribute(IFA_ADDRESS, raw) + attribute(IFA_FLAGS, bytes(flags)));
}

TEST(LinkFacts, CarrierAddressAndNameOfOurPortAlone) {
  LinkFacts facts;
  apply_datagram(link(1, "lo", true) + link(4, "eth0", true) + link(5, "eth1", false), "eth0", facts);
  EXPECT_EQ(facts.index, 4);
  EXPECT_TRUE(facts.up);
  EXPECT_EQ(facts.hardware_address, "0a:1b:2c:3d:4e:5f");
  apply_datagram(link(4, "eth0", false), "eth0", facts);
  EXPECT_FALSE(facts.up);
  apply_datagram(link(4, "eth0", true, RTM_DELLINK), "eth0", facts);
  EXPECT_EQ(facts, LinkFacts());
}

TEST(LinkFacts, UsableAddressesInOrder) {
  LinkFacts facts;
  const std::string v6("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
  const std::string local("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
  const std::string v4("\x0a\0\0\x05", 4);
  apply_datagram(link(4, "eth0", true), "eth0", facts);
  apply_datagram(address(4, AF_INET6, v6, IFA_F_TENTATIVE), "eth0", facts);
  EXPECT_TRUE(facts.addresses.empty());
  apply_datagram(address(4, AF_INET6, v6) + address(4, AF_INET6, local, 0, RT_SCOPE_LINK) + address(4, AF_INET, v4) +
                     address(9, AF_INET, "abcd"),
                 "eth0", facts);
  EXPECT_EQ(facts.addresses, (std::vector<std::string>{"10.0.0.5", "2001:db8::1"}));
  apply_datagram(address(4, AF_INET, v4, 0, 0, RTM_DELADDR), "eth0", facts);
  EXPECT_EQ(facts.addresses, (std::vector<std::string>{"2001:db8::1"}));
}

// RFC 4862 section 5.4: the kernel finds out; one with a lifetime it deletes at once.
TEST(LinkFacts, AnAddressThatAnotherDeviceHasIsSaid) {
  LinkFacts facts;
  const std::string own("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
  apply_datagram(link(4, "eth0", true) + address(4, AF_INET6, own, IFA_F_TENTATIVE), "eth0", facts);
  EXPECT_TRUE(facts.conflicting.empty());
  apply_datagram(address(4, AF_INET6, own, IFA_F_TENTATIVE | IFA_F_DADFAILED, 0, RTM_DELADDR), "eth0", facts);
  EXPECT_EQ(facts.conflicting, std::vector<std::string>{"2001:db8::1"});
  EXPECT_TRUE(facts.addresses.empty());
  apply_datagram(address(4, AF_INET6, own), "eth0", facts);
  EXPECT_TRUE(facts.conflicting.empty());
  EXPECT_EQ(facts.addresses.size(), 1U);
  apply_datagram(address(4, AF_INET6, own, IFA_F_DADFAILED), "eth0", facts);
  EXPECT_EQ(facts.conflicting.size(), 1U);
  EXPECT_TRUE(facts.addresses.empty());
}

TEST(LinkFacts, EveryTruncationAndEveryFlippedBitIsSurvived) {
  const std::string whole = link(4, "eth0", true) + address(4, AF_INET, std::string("\x0a\0\0\x05", 4));
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    LinkFacts facts;
    apply_datagram(std::string(whole, 0, length), "eth0", facts);
    ends_dump(std::string(whole, 0, length));
  }
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    LinkFacts facts;
    apply_datagram(flipped, "eth0", facts);
  }
}

}  // namespace
}  // namespace phone::network
