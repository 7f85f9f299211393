// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/ipv6/dhcp6_message.hpp"

#include <gtest/gtest.h>

#include "tests/unit/network_access/ipv6/addresses.hpp"

#include "services/network_access/ipv6/lease6.hpp"

namespace phone::network {
namespace {

Dhcp6Message reply_of_all_options() {
  return {.type = Dhcp6Type::kReply,
          .transaction = 0xabcdef,
          .client = duid_of({2, 0, 0, 0, 0, 1}),
          .server = "server",
          .association = Dhcp6Association{.id = 1,
                                          .renewal = 100,
                                          .rebinding = 160,
                                          .addresses = {{.address = address(9), .preferred = 200, .valid = 300}},
                                          .status = {.code = Dhcp6Code::kSuccess, .text = "fine"}},
          .requested = {Dhcp6Option::kDns, Dhcp6Option::kVendor},
          .elapsed = 700,
          .preference = 7,
          .status = {.code = Dhcp6Code::kSuccess, .text = "all well"},
          .dns = {address(1), address(2)},
          .domains = {"lab.example", "b"},
          .tftp_servers = {address(3)},
          .boot_file = "tftp://[2001::7]/x",
          .refresh = 900};
}

std::string option(std::uint32_t code, const std::string& content) {
  std::string bytes;
  put_number(bytes, code, 2);
  put_number(bytes, static_cast<std::uint32_t>(content.size()), 2);
  return bytes + content;
}

// A REPLY of these options, from a server that names itself.
absl::StatusOr<Dhcp6Message> reply(const std::string& options) {
  return parse_dhcp6(std::string("\x07\0\0\x01", 4) + option(2, "server") + options);
}

TEST(Dhcp6Message, IsReadAsItWasWritten) {
  const auto read = parse_dhcp6(encode(reply_of_all_options()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, reply_of_all_options());
}

TEST(Dhcp6Message, WhatIsNoneIsRefusedByItsReason) {
  const std::string good = encode(reply_of_all_options());
  const auto refused = [](const std::string& bytes) { return std::string(parse_dhcp6(bytes).status().message()); };
  EXPECT_EQ(refused(good.substr(0, 3)), "a DHCPv6 message that is too short");
  EXPECT_EQ(refused(std::string(1, 1) + good.substr(1)), "a DHCPv6 message that is not for a client");
  EXPECT_EQ(refused(good.substr(0, 4)), "a DHCPv6 message that does not name its server");
}

TEST(Dhcp6Message, AnOptionThatDoesNotFitEndsTheReadingAndThoseBeforeItCount) {
  const std::string good = encode(reply_of_all_options());
  for (std::size_t size = 0; size < good.size(); ++size) (void)parse_dhcp6(good.substr(0, size));
  const auto read = reply(option(23, octets(address(1))) + std::string("\0\x18\x7f\xff", 4));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->dns, std::vector<Ipv6>{address(1)});
  EXPECT_TRUE(read->domains.empty());
}

TEST(Dhcp6Message, OfAListWhatAHostCannotHaveIsLeftOutAndTheRestIsBounded) {
  Ipv6 mapped{}, multicast = address(1);
  mapped[10] = mapped[11] = multicast[0] = 0xff;
  std::string list = octets(Ipv6{}) + octets(multicast) + octets(mapped);
  for (std::uint8_t i = 1; i < 9; ++i) list += octets(address(i));
  EXPECT_EQ(reply(option(23, list))->dns, (std::vector<Ipv6>{address(1), address(2), address(3), address(4)}));
  EXPECT_TRUE(reply(option(23, list + "x"))->dns.empty()) << "no list of addresses at all";
}

TEST(Dhcp6Message, OnlyCiscosVendorOptionNamesServers) {
  const std::string servers = option(1, octets(address(3)));
  EXPECT_EQ(reply(option(17, std::string("\0\0\0\x09", 4) + servers))->tftp_servers, std::vector<Ipv6>{address(3)});
  EXPECT_TRUE(reply(option(17, std::string("\0\0\0\x0a", 4) + servers))->tftp_servers.empty());
  EXPECT_TRUE(reply(option(17, std::string("\0\0\0\x09", 4) + option(2, octets(address(3)))))->tftp_servers.empty());
}

TEST(Dhcp6Message, ForeignTextIsMadeClean) {
  EXPECT_EQ(reply(option(13, std::string("\0\x02no \x1b[31m\xff", 11)))->status.text, "no ?[31m?");
  EXPECT_TRUE(reply(option(24, std::string("\x03"
                                           "a b"
                                           "\0",
                                           5)))
                  ->domains.empty());
  EXPECT_EQ(reply(option(24, std::string("\x03lab\0\x7f", 6)))->domains, std::vector<std::string>{"lab"});
}

struct ServerRow {
  const char* name;
  std::string url, expected;
};
class BootFile_Table : public testing::TestWithParam<ServerRow> {};
TEST_P(BootFile_Table, NamesAServerByTftpAlone) {
  Dhcp6Message message{.boot_file = GetParam().url};
  const auto lease = lease6_of(message, false);
  ASSERT_TRUE(lease.ok());
  const std::string server = lease->servers.empty() ? "" : lease->servers.front();
  EXPECT_EQ(server, GetParam().expected) << GetParam().name;
  EXPECT_EQ(lease->source, GetParam().expected.empty() ? "" : "DHCPv6 option 59");
}
INSTANTIATE_TEST_SUITE_P(Rows, BootFile_Table,
                         testing::Values(ServerRow{"address", "tftp://[2001:db8::7]/x", "2001:db8::7"},
                                         ServerRow{"name", "TFTP://cucm.lab/", "cucm.lab"},
                                         ServerRow{"no path", "tftp://cucm.lab", "cucm.lab"},
                                         ServerRow{"another scheme", "http://cucm.lab/x", ""},
                                         ServerRow{"a half", "tftp://[2001:db8::7/x", ""},
                                         ServerRow{"nothing", "tftp://", ""}, ServerRow{"space", "tftp://a b/", ""}));

TEST(Lease6, ARefusalHasItsNameAndTheServersWords) {
  Dhcp6Message message{.association =
                           Dhcp6Association{.status = {.code = Dhcp6Code::kNoAddress, .text = "pool empty"}}};
  EXPECT_EQ(lease6_of(message, true).status().message(), "NoAddrsAvail: \"pool empty\"");
  message = {.status = {.code = Dhcp6Code::kNotOnLink}};
  EXPECT_EQ(lease6_of(message, false).status().message(), "NotOnLink");
  EXPECT_EQ(lease6_of(Dhcp6Message{}, true).status().message(), "it grants no address");
  message = {.association = Dhcp6Association{.addresses = {{.address = address(1), .preferred = 0, .valid = 0}}}};
  EXPECT_EQ(lease6_of(message, true).status().message(), "no address that it grants can be used");
}

struct TimesRow {
  const char* name;
  std::uint32_t t1, t2, preferred, valid;
  std::uint32_t renewal, rebinding;
};
class Lease6Times_Table : public testing::TestWithParam<TimesRow> {};
TEST_P(Lease6Times_Table, AreTheServersWhereTheyMakeSense) {
  const auto& row = GetParam();
  const auto lease = lease6_of(
      {.association =
           Dhcp6Association{.renewal = row.t1,
                            .rebinding = row.t2,
                            .addresses = {{.address = address(1), .preferred = row.preferred, .valid = row.valid}}}},
      true);
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(lease->renewal, row.renewal) << row.name;
  EXPECT_EQ(lease->rebinding, row.rebinding) << row.name;
}
constexpr std::uint32_t kEver = Lease6::kForever;
INSTANTIATE_TEST_SUITE_P(Rows, Lease6Times_Table,
                         testing::Values(TimesRow{"as told", 10, 20, 30, 40, 10, 20},
                                         TimesRow{"ours to choose", 0, 0, 100, 200, 50, 80},
                                         TimesRow{"beyond the end", 500, 900, 100, 200, 50, 80},
                                         TimesRow{"T1 after T2", 60, 40, 100, 200, 40, 40},
                                         TimesRow{"for ever", 0, 0, kEver, kEver, kEver, kEver},
                                         TimesRow{"deprecated at once", 0, 0, 0, 100, 50, 80}));

}  // namespace
}  // namespace phone::network
