// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/lease.hpp"

#include <gtest/gtest.h>

#include "common/crypto/digest.hpp"
#include "services/network_access/link/provisioning_server.hpp"

namespace phone::network {
namespace {

using Servers = std::vector<std::string>;

// An answer that is good, with these options besides, in hex digits.
DhcpMessage answer(const std::vector<std::pair<DhcpOption, std::string>>& options, const char* address = "10.0.0.17") {
  DhcpMessage message{.type = DhcpType::kAck, .reply = true, .yours = *ipv4_of(address)};
  message.set_number(DhcpOption::kMask, 0xffffff00);
  message.set_number(DhcpOption::kServer, *ipv4_of("10.0.0.1"));
  message.set_number(DhcpOption::kLeaseTime, 3600);
  for (const auto& [option, digits] : options) message.set(option, *crypto::unhex(digits));
  return message;
}
std::string repeated(const std::string& one, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += one;
  return text;
}
std::vector<std::string> routes_in(const Lease& lease) {
  std::vector<std::string> texts;
  for (const Route& route : lease.routes) texts.push_back(text_of(route));
  return texts;
}

TEST(DhcpLease, EverythingAServerGrantsIsRead) {
  auto message = answer({{DhcpOption::kDns, "0a0000020a000003"},
                         {DhcpOption::kTimeServers, "0a0000060a000007"},
                         {DhcpOption::kDomain, crypto::hex("lab.example")},
                         {DhcpOption::kTftpName, crypto::hex(std::string("tftp.lab\0", 9))},
                         {DhcpOption::kTftpServers, "0a0000010a000002"},
                         {DhcpOption::kRouter, "0a0000fe"}});
  message.next_server = *ipv4_of("10.0.0.9");
  message.server_name = "boot.lab";
  const auto lease = lease_of(message);
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(*lease, (Lease{.address = "10.0.0.17",
                           .prefix = 24,
                           .server = "10.0.0.1",
                           .domain = "lab.example",
                           .dns = {"10.0.0.2", "10.0.0.3"},
                           .ntp = {"10.0.0.6", "10.0.0.7"},
                           .option_150 = {"10.0.0.1", "10.0.0.2"},
                           .option_66 = "tftp.lab",
                           .next_server = "10.0.0.9",
                           .server_name = "boot.lab",
                           .routes = {{.gateway = *ipv4_of("10.0.0.254")}}}));
}

struct OptionRow {
  const char* digits;
  Servers expected;
};
class DhcpOption150_Table : public testing::TestWithParam<OptionRow> {};
TEST_P(DhcpOption150_Table, GivesUsableAddressesAlone) {
  const auto lease = lease_of(answer({{DhcpOption::kTftpServers, GetParam().digits}}));
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(lease->option_150, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Values, DhcpOption150_Table,
                         testing::Values(OptionRow{"", {}}, OptionRow{"0A000001", {"10.0.0.1"}},
                                         OptionRow{"00000000", {}}, OptionRow{"ffffffff", {}},
                                         OptionRow{"e0000001", {}}, OptionRow{"0a0000", {}}, OptionRow{"626164", {}},
                                         OptionRow{"0a0000010a0000020a0000030a0000040a000005",
                                                   {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}}));

class DhcpOption43_Table : public testing::TestWithParam<OptionRow> {};
TEST_P(DhcpOption43_Table, NamesServersInsideTheVendorsOption) {
  const auto lease = lease_of(answer({{DhcpOption::kVendor, GetParam().digits}}));
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(lease->option_43, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Values, DhcpOption43_Table,
                         testing::Values(OptionRow{"", {}}, OptionRow{"96040a000001", {"10.0.0.1"}},
                                         OptionRow{"96080a0000010a000002", {"10.0.0.1", "10.0.0.2"}},
                                         OptionRow{"420474667470", {"tftp"}}, OptionRow{"f1040a000003", {"10.0.0.3"}},
                                         OptionRow{"0001020a0b96040a000001ff",
                                                   {"10.0.0.1"}},  // padding, another option, the end
                                         OptionRow{"960400000000", {}}, OptionRow{"42042d666c61", {}},
                                         OptionRow{"96050a00000101", {}}, OptionRow{"96040a0000", {}},
                                         OptionRow{"96", {}}, OptionRow{"4203626164", {}}, OptionRow{"9600", {}}));

TEST(DhcpLease, WithoutAnAddressOrAMaskThereIsNone) {
  for (const char* address :
       {"0.0.0.0", "0.0.0.9", "127.0.0.1", "224.0.0.1", "255.255.255.255", "10.0.0.0", "10.0.0.255"}) {
    EXPECT_EQ(lease_of(answer({}, address)).status().message(), "the lease has no valid address") << address;
  }
  for (const char* mask : {"00000000", "ff00ff00", "00ffffff", "ffffff", "", "ffffff0000", "7fffffff"}) {
    EXPECT_EQ(lease_of(answer({{DhcpOption::kMask, mask}})).status().message(), "the lease has no valid netmask")
        << mask;
  }
  DhcpMessage none = answer({});
  none.options.erase(static_cast<std::uint8_t>(DhcpOption::kMask));
  EXPECT_EQ(lease_of(none)->prefix, 32U);
  EXPECT_EQ(lease_of(answer({{DhcpOption::kMask, "fffffffe"}}, "10.0.0.0"))->prefix, 31U) << "RFC 3021";
}

struct LeftOutRow {
  const char* name;
  DhcpOption option;
  std::string digits;
  std::string why;  // empty: nothing is left out
  friend void PrintTo(const LeftOutRow& row, std::ostream* out) { *out << row.name; }
};
// The vendor's option, 252 bytes of it: an option of 246 within, then a server.
const std::string kLongVendor = "01f4" + repeated("aa", 244) + "96040a000009";
class F38_DhcpOption_Table : public testing::TestWithParam<LeftOutRow> {};
TEST_P(F38_DhcpOption_Table, IsLeftOutAloneAndTheReasonNamesIt) {
  const LeftOutRow& row = GetParam();
  auto message = answer({{DhcpOption::kTftpServers, "0a000001"}});
  message.set(row.option, *crypto::unhex(row.digits));
  const auto lease = lease_of(message);
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(lease->address, "10.0.0.17");
  EXPECT_EQ(lease->prefix, 24U);
  EXPECT_TRUE(row.option == DhcpOption::kTftpServers || lease->option_150 == Servers{"10.0.0.1"});
  EXPECT_EQ(lease->left_out, row.why.empty() ? Servers{} : Servers{row.why});
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F38_DhcpOption_Table,
    testing::Values(
        LeftOutRow{"a vendor's option of 252 bytes", DhcpOption::kVendor, kLongVendor, ""},
        LeftOutRow{"of 255 bytes without an end", DhcpOption::kVendor, repeated("fe", 255),
                   "option 43 (vendor): it is not a list of sub-options"},
        LeftOutRow{"an odd byte in a domain", DhcpOption::kDomain, "6c6162ff",
                   "option 15 (domain): it is not plain text"},
        LeftOutRow{"a control in it", DhcpOption::kDomain, "6c616201", "option 15 (domain): it is not plain text"},
        LeftOutRow{"DHCP software's word for it", DhcpOption::kDomain, "626164",
                   "option 15 (domain): it is not a host name"},
        LeftOutRow{"a domain that could be a path", DhcpOption::kDomain, crypto::hex("../x"),
                   "option 15 (domain): it is not a host name"},
        LeftOutRow{"the longest domain", DhcpOption::kDomain, repeated("61", 253), ""},
        LeftOutRow{"a longer one", DhcpOption::kDomain, repeated("61", 254),
                   "option 15 (domain): it is not a host name"},
        LeftOutRow{"40 DNS servers", DhcpOption::kDns, repeated("c0a864c8", 40),
                   "option 6 (DNS): 40 addresses are named, the first 4 are used"},
        LeftOutRow{"no addresses", DhcpOption::kDns, "010203", "option 6 (DNS): it is not a list of addresses"},
        LeftOutRow{"none at all", DhcpOption::kDns, "", "option 6 (DNS): it is not a list of addresses"},
        LeftOutRow{"one that is ourselves", DhcpOption::kDns, "7f0000010a000002",
                   "option 6 (DNS): 1 of 2 are not usable addresses"},
        LeftOutRow{"a name that could change a URL", DhcpOption::kTftpName, crypto::hex("a b;rm"),
                   "option 66 (TFTP server name): it is not a host name"},
        LeftOutRow{"150 of five bytes", DhcpOption::kTftpServers, "0a00000102",
                   "option 150 (TFTP servers): it is not a list of addresses"},
        LeftOutRow{"150 of five servers", DhcpOption::kTftpServers, repeated("0a000001", 5),
                   "option 150 (TFTP servers): 5 addresses are named, the first 4 are used"},
        LeftOutRow{"a server that is none", DhcpOption::kServer, "00000000",
                   "option 54 (server): it is not a valid address"},
        LeftOutRow{"a lease of no time", DhcpOption::kLeaseTime, "00000000",
                   "option 51 (lease time): it is 0 s; 4 s, the least possible, are used"},
        LeftOutRow{"a renewal after the end", DhcpOption::kRenewal, "00001000",
                   "option 58 (renewal time): it is not before the rebinding time"},
        LeftOutRow{"a rebinding after the end", DhcpOption::kRebinding, "00001000",
                   "option 59 (rebinding time): it is not within the lease time"},
        LeftOutRow{"a router of five bytes", DhcpOption::kRouter, "0a00000102",
                   "option 3 (router): it is not a list of addresses"},
        LeftOutRow{"a router that is the phone", DhcpOption::kRouter, "0a000011",
                   "option 3 (router): 1 of 1 are not usable addresses"},
        LeftOutRow{"a router that is the network's broadcast address", DhcpOption::kRouter, "0a0000ff",
                   "option 3 (router): 1 of 1 are not usable addresses"},
        LeftOutRow{"a router 0.0.0.0", DhcpOption::kRouter, "00000000",
                   "option 3 (router): 1 of 1 are not usable addresses"},
        LeftOutRow{"routes that end too early", DhcpOption::kClasslessRoutes, "180a0001",
                   "option 121 (routes): it is not a list of routes"},
        LeftOutRow{"routes of 33 bits", DhcpOption::kClasslessRoutes, "210a000100000a000001",
                   "option 121 (routes): it is not a list of routes"},
        LeftOutRow{"a route to the phone itself", DhcpOption::kClasslessRoutes, "087f0a000001",
                   "option 121 (routes): 1 of 1 are not usable routes"}));

struct RouteRow {
  const char* name;
  const char* router;  // option 3
  const char* routes;  // option 121; empty: none
  std::vector<std::string> expected;
  const char* mask = "ffffff00";
  friend void PrintTo(const RouteRow& row, std::ostream* out) { *out << row.name; }
};
class F25_DhcpRoutes_Table : public testing::TestWithParam<RouteRow> {};
TEST_P(F25_DhcpRoutes_Table, AreThoseOfOption121BeforeTheRouter) {
  const RouteRow& row = GetParam();
  auto message = answer({{DhcpOption::kMask, row.mask}});
  if (*row.router != '\0') message.set(DhcpOption::kRouter, *crypto::unhex(row.router));
  if (*row.routes != '\0') message.set(DhcpOption::kClasslessRoutes, *crypto::unhex(row.routes));
  const auto lease = lease_of(message);
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(routes_in(*lease), row.expected);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F25_DhcpRoutes_Table,
    testing::Values(
        RouteRow{"a router", "0a000001", "", {"default via 10.0.0.1"}},
        RouteRow{"of two the first", "0a0000010a000002", "", {"default via 10.0.0.1"}},
        RouteRow{"the first usable one", "000000000a000002", "", {"default via 10.0.0.2"}},
        RouteRow{"no router", "", "", {}},
        RouteRow{"one beyond the link", "c0a80101", "", {"default via 192.168.1.1"}, "ffffffff"},
        RouteRow{"121 wins", "0a000001", "000a000002", {"default via 10.0.0.2"}},
        RouteRow{"121 without a default: there is none", "0a000001", "080a0a000002", {"10.0.0.0/8 via 10.0.0.2"}},
        RouteRow{"121 that cannot be read: the router", "0a000001", "2108", {"default via 10.0.0.1"}},
        RouteRow{"121 that is empty: the router", "0a000001", "", {"default via 10.0.0.1"}},
        // RFC 3442: bits beyond the prefix are ignored.
        RouteRow{"bits that do not count", "", "090affc0a80001", {"10.128.0.0/9 via 192.168.0.1"}},
        RouteRow{"on the link first",
                 "",
                 "00c0a80101"
                 "20c0a8010100000000",
                 {"192.168.1.1/32 on the link", "default via 192.168.1.1"}},
        RouteRow{"the same twice", "", "000a000001000a000002", {"default via 10.0.0.1"}}));

TEST(DhcpLease, TimesAreThoseOfTheServerOrOfTheStandard) {
  auto message = answer({{DhcpOption::kLeaseTime, "00000064"}});
  EXPECT_EQ(lease_of(message)->renewal, 50U);
  EXPECT_EQ(lease_of(message)->rebinding, 88U);
  message.set_number(DhcpOption::kRenewal, 10);
  message.set_number(DhcpOption::kRebinding, 20);
  EXPECT_EQ(lease_of(message)->renewal, 10U);
  EXPECT_EQ(lease_of(message)->rebinding, 20U);
  message.set_number(DhcpOption::kLeaseTime, Lease::kForever);
  EXPECT_EQ(lease_of(message)->renewal, Lease::kForever);
  message.options.erase(static_cast<std::uint8_t>(DhcpOption::kLeaseTime));
  EXPECT_EQ(lease_of(message)->seconds, 3600U);
}

TEST(DhcpLease, WhatNamesProvisioningServersIsWorthInItsOrder) {
  auto message = answer({});
  const auto now = [&] { return *lease_of(message); };
  EXPECT_EQ(worth(now()), 0);
  EXPECT_EQ(missing_options(now()), (Servers{"option 150", "option 66", "option 43"}));
  message.server_name = "boot.lab";
  EXPECT_EQ(choose({}, now()), (ProvisioningServers{{"boot.lab"}, "sname"}));
  message.next_server = *ipv4_of("10.0.0.9");
  EXPECT_EQ(choose({}, now()), (ProvisioningServers{{"10.0.0.9"}, "siaddr"}));
  EXPECT_EQ(worth(now()), 1);
  message.set(DhcpOption::kVendor, *crypto::unhex("96040a000003"));
  EXPECT_EQ(choose({}, now()), (ProvisioningServers{{"10.0.0.3"}, "option 43"}));
  message.set(DhcpOption::kTftpName, "tftp.lab");
  EXPECT_EQ(choose({}, now()), (ProvisioningServers{{"tftp.lab"}, "option 66"}));
  message.set(DhcpOption::kTftpServers, *crypto::unhex("0a000004"));
  EXPECT_EQ(choose({}, now()), (ProvisioningServers{{"10.0.0.4"}, "option 150"}));
  EXPECT_EQ(worth(now()), kWorthMost);
  EXPECT_EQ(choose({"10.9.9.9"}, now()), (ProvisioningServers{{"10.9.9.9"}, "alternate"}));
  message.set(DhcpOption::kTftpServers, "bad");
  message.set(DhcpOption::kTftpName, "bad");
  EXPECT_EQ(choose({}, now()).source, "option 43") << "a placeholder is no server";
}

}  // namespace
}  // namespace phone::network
