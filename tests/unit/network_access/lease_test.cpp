#include "services/network_access/lease.hpp"

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

TEST(DhcpLease, HostileTextIsRefusedOrLeftOut) {
  EXPECT_FALSE(parse_lease("").ok());
  EXPECT_FALSE(parse_lease("ip=\n").ok());
  EXPECT_FALSE(parse_lease("ip=300.1.1.1\n").ok());
  EXPECT_FALSE(parse_lease("ip=10.0.0.1\njunk\n").ok());
  EXPECT_FALSE(parse_lease("ip=10.0.0.1\ndomain=a\x01\n").ok());
  EXPECT_FALSE(parse_lease(std::string(kMaxLeaseBytes + 1, 'a')).ok());
  EXPECT_FALSE(parse_lease("ip=10.0.0.1\nx=" + std::string(600, 'a') + "\n").ok());
  const auto lease = parse_lease("ip=10.0.0.1\noption66=a b;rm\ndomain=-x\nserverid=me\nmask=99\ndns=1 2 3\n");
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(*lease, (Lease{.address = "10.0.0.1"}));
}

}  // namespace
}  // namespace phone::network
