// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/lease.hpp"

#include <gtest/gtest.h>

namespace phone::network {
namespace {

using Servers = std::vector<std::string>;

TEST(DhcpLease, EverythingUdhcpcHandsOverIsRead) {
  const auto lease = parse_lease(
      "ip=10.0.0.17\nmask=24\nserverid=10.0.0.1\ndns=10.0.0.2 "
      "10.0.0.3\ndomain=lab.example\noption66=tftp.lab\noption150=0a0000010a000002\nlater=x\n");
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(*lease, (Lease{.address = "10.0.0.17",
                           .prefix = 24,
                           .server = "10.0.0.1",
                           .domain = "lab.example",
                           .dns = {"10.0.0.2", "10.0.0.3"},
                           .option_150 = {"10.0.0.1", "10.0.0.2"},
                           .option_66 = "tftp.lab"}));
}

struct OptionRow {
  const char* text;
  Servers expected;
};
class DhcpOption150_Table : public testing::TestWithParam<OptionRow> {};
TEST_P(DhcpOption150_Table, GivesUsableAddressesAlone) {
  const auto lease = parse_lease(std::string("ip=10.0.0.17\noption150=") + GetParam().text + "\n");
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(lease->option_150, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Values, DhcpOption150_Table,
                         testing::Values(OptionRow{"", {}}, OptionRow{"0A000001", {"10.0.0.1"}},
                                         OptionRow{"10.0.0.1", {"10.0.0.1"}},
                                         OptionRow{"10.0.0.1 10.0.0.2", {"10.0.0.1", "10.0.0.2"}},
                                         OptionRow{"00000000", {}}, OptionRow{"ffffffff", {}},
                                         OptionRow{"e0000001", {}}, OptionRow{"0a0000", {}}, OptionRow{"zzzzzzzz", {}},
                                         OptionRow{"file:///etc/passwd", {}},
                                         OptionRow{"0a0000010a0000020a0000030a0000040a000005",
                                                   {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}}));

class DhcpOption43_Table : public testing::TestWithParam<OptionRow> {};
TEST_P(DhcpOption43_Table, NamesServersInsideTheVendorsOption) {
  const auto lease = parse_lease(std::string("ip=10.0.0.17\noption43=") + GetParam().text + "\n");
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(lease->option_43, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Values, DhcpOption43_Table,
    testing::Values(OptionRow{"", {}}, OptionRow{"96040a000001", {"10.0.0.1"}},
                    OptionRow{"96080a0000010a000002", {"10.0.0.1", "10.0.0.2"}}, OptionRow{"4204746674 70", {}},
                    OptionRow{"420474667470", {"tftp"}}, OptionRow{"f1040a000003", {"10.0.0.3"}},
                    OptionRow{"0001020a0b96040a000001ff", {"10.0.0.1"}},  // padding, another option, the end
                    OptionRow{"960400000000", {}}, OptionRow{"42042d666c61", {}}, OptionRow{"96050a00000101", {}},
                    OptionRow{"96040a0000", {}}, OptionRow{"96", {}}, OptionRow{"zz", {}}));

TEST(DhcpLease, WithoutAnAddressOrAMaskThereIsNone) {
  for (const char* text : {"", "ip=\n", "ip=300.1.1.1\n", "ip=0.0.0.0\n", "ip=127.0.0.1\nmask=8\n", "ip=224.0.0.1\n",
                           "ip=255.255.255.255\n", "ip=10.0.0.1\x01\n", "IP=10.0.0.1\n"}) {
    EXPECT_EQ(parse_lease(text).status().message(), "the lease has no valid address") << text;
  }
  for (const char* mask : {"0", "33", "-1", "99", "x", "24x", "4294967320", "255.255.255.0"}) {
    EXPECT_EQ(parse_lease(std::string("ip=10.0.0.1\nmask=") + mask + "\n").status().message(),
              "the lease has no valid netmask")
        << mask;
  }
  EXPECT_EQ(parse_lease(std::string(kMaxLeaseBytes + 1, 'a')).status().message(), "the lease is too long");
  EXPECT_EQ(parse_lease("ip=10.0.0.1\n")->prefix, 32U);
}

struct LeftOutRow {
  const char* name;
  std::string line;
  std::string why;  // empty: nothing is left out
  friend void PrintTo(const LeftOutRow& row, std::ostream* out) { *out << row.name; }
};
std::string repeated(const std::string& one, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += one;
  return text;
}
// The vendor's option, 252 bytes of it: an option of 246 within, then a server.
const std::string kLongVendor = "01f4" + repeated("aa", 244) + "96040a000009";
class F38_DhcpOption_Table : public testing::TestWithParam<LeftOutRow> {};
TEST_P(F38_DhcpOption_Table, IsLeftOutAloneAndTheReasonNamesIt) {
  const std::string good = "ip=10.0.0.17\nmask=24\n";
  const auto lease = parse_lease(good + GetParam().line + "\noption150=0a000001\n");
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(lease->address, "10.0.0.17");
  EXPECT_EQ(lease->prefix, 24U);
  const bool other = !GetParam().line.starts_with("option150");
  EXPECT_TRUE(!other || lease->option_150 == Servers{"10.0.0.1"});
  EXPECT_EQ(lease->left_out, GetParam().why.empty() ? Servers{} : Servers{GetParam().why});
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F38_DhcpOption_Table,
    testing::Values(
        LeftOutRow{"a vendor's option of 252 bytes", "option43=" + kLongVendor, ""},
        LeftOutRow{"of 255 bytes without an end", "option43=" + repeated("fe", 255),
                   "option 43 (vendor): it is not a list of sub-options"},
        LeftOutRow{"of more than an option has", "option43=" + repeated("00", 256),
                   "option 43 (vendor): it is not in the DHCP client's format"},
        LeftOutRow{"no hex", "option43=zz", "option 43 (vendor): it is not in the DHCP client's format"},
        LeftOutRow{"an odd byte in a domain", "domain=lab\xff.example", "option 15 (domain): it is not plain text"},
        LeftOutRow{"a control in it", "domain=lab\x01", "option 15 (domain): it is not plain text"},
        LeftOutRow{"the client's word for it", "domain=bad", "option 15 (domain): it is not a host name"},
        LeftOutRow{"a domain that could be a path", "domain=../x", "option 15 (domain): it is not a host name"},
        LeftOutRow{"the longest domain", "domain=" + std::string(253, 'a'), ""},
        LeftOutRow{"a longer one", "domain=" + std::string(254, 'a'), "option 15 (domain): it is not a host name"},
        LeftOutRow{"40 DNS servers", "dns=" + repeated("192.168.100.200 ", 40),
                   "option 6 (DNS): 40 addresses are named, the first 4 are used"},
        LeftOutRow{"63 of them, the most", "dns=" + repeated("192.168.100.200 ", 63),
                   "option 6 (DNS): 63 addresses are named, the first 4 are used"},
        LeftOutRow{"more than fit an option", "dns=" + repeated("192.168.100.200 ", 70),
                   "option 6 (DNS): it is too long"},
        LeftOutRow{"no addresses", "dns=1 2 3", "option 6 (DNS): 3 of 3 are not usable addresses"},
        LeftOutRow{"one that is ourselves", "dns=127.0.0.1 10.0.0.2",
                   "option 6 (DNS): 1 of 2 are not usable addresses"},
        LeftOutRow{"a server that is none", "serverid=me", "option 54 (server): it is not a valid address"},
        LeftOutRow{"a name that could change a URL", "option66=a b;rm",
                   "option 66 (TFTP server name): it is not a host name"},
        LeftOutRow{"150 of five bytes", "option150=0a00000102",
                   "option 150 (TFTP servers): it is not a list of addresses"},
        LeftOutRow{"150 of five servers", "option150=" + repeated("0a000001", 5),
                   "option 150 (TFTP servers): 5 addresses are named, the first 4 are used"},
        LeftOutRow{"a line of something else", "junk", ""},
        LeftOutRow{"a key of something else", "x=" + std::string(4000, 'a'), ""}));

TEST(DhcpLease, AllOfThemAtOnceLeaveTheAddress) {
  const auto lease = parse_lease(
      "junk\nip=10.0.0.1\nmask=24\nip=10.0.0.2\noption66=a "
      "b\ndomain=-x\nserverid=me\ndns=1\noption43=z\noption150=z\n");
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(lease->left_out.size(), 6U);
  EXPECT_EQ(lease->address, "10.0.0.1");
  Lease rest = *lease;
  rest.left_out.clear();
  EXPECT_EQ(rest, (Lease{.address = "10.0.0.1", .prefix = 24}));
  EXPECT_EQ(parse_lease("ip=10.0.0.1\noption43=" + kLongVendor + "\n")->option_43, Servers{"10.0.0.9"});
}

}  // namespace
}  // namespace phone::network
