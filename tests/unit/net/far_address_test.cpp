// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/net/far_address.hpp"

#include <gtest/gtest.h>

namespace phone::net {
namespace {

struct Row {
  const char* far;
  const char* own;
  const char* refused;  // nothing: it is reached
};
class FarAddress : public testing::TestWithParam<Row> {};
TEST_P(FarAddress, IsReachedOrRefusedByName) {
  EXPECT_EQ(check_far_address(GetParam().far, GetParam().own).message(), GetParam().refused)
      << GetParam().far << " from " << GetParam().own;
}
constexpr char kOwn[] = "10.77.0.50";
INSTANTIATE_TEST_SUITE_P(
    Rows, FarAddress,
    testing::Values(
        Row{"10.77.0.2", kOwn, ""}, Row{"192.0.2.1", "", ""}, Row{"2001:db8::1", "2001:db8::2", ""},
        Row{"::ffff:10.77.0.2", kOwn, ""}, Row{"172.16.0.1", kOwn, ""}, Row{"100.64.0.1", kOwn, ""},
        Row{"10.77.0.50", kOwn, "this phone's own address"}, Row{"::ffff:10.77.0.50", kOwn, "this phone's own address"},
        Row{"127.0.0.1", kOwn, "a loopback address"}, Row{"127.255.255.254", kOwn, "a loopback address"},
        Row{"127.0.0.1", "", "a loopback address"}, Row{"::1", "2001:db8::2", "a loopback address"},
        Row{"::ffff:127.0.0.1", kOwn, "a loopback address"},
        Row{"64:ff9b::7f00:1", "2001:db8::2", "a loopback address"},
        Row{"2002:7f00:1::", "2001:db8::2", "a loopback address"},
        Row{"::127.0.0.1", "2001:db8::2", "a reserved address"}, Row{"224.0.0.1", kOwn, "a multicast address"},
        Row{"239.255.255.250", kOwn, "a multicast address"}, Row{"ff02::1", "2001:db8::2", "a multicast address"},
        Row{"ff0e::1234", "2001:db8::2", "a multicast address"}, Row{"255.255.255.255", kOwn, "a broadcast address"},
        Row{"::ffff:255.255.255.255", kOwn, "a broadcast address"}, Row{"0.0.0.0", kOwn, "not an address"},
        Row{"::", "2001:db8::2", "not an address"}, Row{"0.0.0.1", kOwn, "a reserved address"},
        Row{"240.0.0.1", kOwn, "a reserved address"}, Row{"255.0.0.1", kOwn, "a reserved address"},
        Row{"100::1", "2001:db8::2", "a reserved address"}, Row{"169.254.1.1", kOwn, "a link-local address"},
        Row{"fe80::1", "2001:db8::2", "a link-local address"},
        // On such a network itself.
        Row{"127.0.0.1", "127.0.0.1", ""}, Row{"127.0.0.9", "127.0.0.1", ""}, Row{"::1", "::1", ""},
        Row{"169.254.1.1", "169.254.2.2", ""}, Row{"127.0.0.1", "169.254.2.2", "a loopback address"},
        Row{"224.0.0.1", "127.0.0.1", "a multicast address"}, Row{"phone.example", kOwn, "not a numeric address"},
        Row{"", kOwn, "not a numeric address"}, Row{"127.1", kOwn, "not a numeric address"},
        Row{"0x7f000001", kOwn, "not a numeric address"}, Row{"::1%lo", kOwn, "not a numeric address"}));

TEST(FarAddressHold, TheUnspecifiedAddressesHoldACall) {
  EXPECT_TRUE(is_unspecified("0.0.0.0"));
  EXPECT_TRUE(is_unspecified("::"));
  EXPECT_FALSE(is_unspecified("0.0.0.1"));
  EXPECT_FALSE(is_unspecified(""));
}

}  // namespace
}  // namespace phone::net
