// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The table of decisions/2026-11-29-frames-set-aside.md, each row tried against lldpd 1.0.16.
#include "services/network_access/discovery/lldp_frame.hpp"

#include <gtest/gtest.h>

#include <string>

#include "services/network_access/link/mac.hpp"

namespace phone::network::lldp_frame_test {
namespace {

std::string tlv(unsigned type, const std::string& value) {
  const std::size_t head = type << 9U | value.size();
  return std::string{static_cast<char>(head >> 8U), static_cast<char>(head & 0xffU)} + value;
}
std::string organizational(const std::string& value) { return tlv(127, value); }
std::string policy(unsigned application, unsigned vlan) {
  return organizational(std::string("\x00\x12\xbb\x02", 4) +
                        std::string{static_cast<char>(application), static_cast<char>(0x40U | vlan >> 7U),
                                    static_cast<char>(vlan << 1U & 0xffU), '\x6e'});
}
const std::string kBegin =
    tlv(1, std::string("\x04\x00\x1b\x54\x00\x00\x01", 7)) + tlv(2, "\x05P1") + tlv(3, std::string("\x00\x78", 2));
const std::string kEnd("\x00\x00", 2);
const std::string kName = tlv(5, "sw1");

std::string frame(const std::string& body) {
  std::string made(kLldpGroup.begin(), kLldpGroup.end());
  made += std::string("\x00\x1b\x54\x00\x00\x01\x88\xcc", 8);
  return made + body;
}

struct Row {
  const char* name;
  std::string frame;
  const char* fault;
};
class F43_LldpFrames_Table : public testing::TestWithParam<Row> {};
TEST_P(F43_LldpFrames_Table, HaveOneAnswerEach) {
  EXPECT_EQ(lldp_fault(GetParam().frame), GetParam().fault) << GetParam().name;
}
INSTANTIATE_TEST_SUITE_P(
    Frames, F43_LldpFrames_Table,
    testing::Values(
        Row{"whole", frame(kBegin + kName + policy(1, 100) + kEnd), ""},
        Row{"a name twice", frame(kBegin + kName + kName + kEnd), ""},
        Row{"two names", frame(kBegin + kName + tlv(5, "evil") + kEnd), ""},
        Row{"a policy twice", frame(kBegin + policy(1, 100) + policy(1, 100) + kEnd), ""},
        Row{"two policies for voice", frame(kBegin + policy(1, 100) + policy(1, 200) + kEnd),
            "it names two voice VLANs; the last is used"},
        Row{"voice and signalling", frame(kBegin + policy(1, 100) + policy(2, 200) + kEnd), ""},
        Row{"two applications in one TLV",
            frame(kBegin + organizational(std::string("\x00\x12\xbb\x02\x01\x40\xc8\x6e\x02\x41\x90\x6e", 12)) + kEnd),
            ""},
        Row{"a policy cut short", frame(kBegin + organizational(std::string("\x00\x12\xbb\x02\x01\x40", 6)) + kEnd),
            "a network policy is cut short"},
        Row{"organizational of no length", frame(kBegin + organizational("") + kEnd),
            "an organizational TLV is too short"},
        Row{"organizational without a subtype", frame(kBegin + organizational(std::string("\x00\x12\xbb", 3)) + kEnd),
            "an organizational TLV is too short"},
        Row{"organizational of somebody", frame(kBegin + organizational("abcd") + kEnd), ""},
        Row{"no End", frame(kBegin + kName), "it has no End TLV"},
        Row{"no End, padded", frame(kBegin + kName + std::string(30, '\0')), ""},
        Row{"End with a content", frame(kBegin + std::string("\x00\x02yz", 4)), "its End TLV is not empty"},
        Row{"a TLV beyond the frame", frame(kBegin + std::string("\x0a\xc8x", 3)), "a TLV is longer than the frame"},
        Row{"half a header", frame(kBegin + "\x0a"), "its last TLV is cut short"},
        Row{"no TTL",
            frame(tlv(1,
                      "\x04yz"
                      "abcdef") +
                  tlv(2, "\x05P1") + kName + kEnd),
            "it does not begin with chassis, port and TTL"},
        Row{"TTL first",
            frame(tlv(3, "12") +
                  tlv(1,
                      "\x04yz"
                      "abcdef") +
                  tlv(2, "\x05P1") + kEnd),
            "it does not begin with chassis, port and TTL"},
        Row{"two chassis",
            frame(kBegin +
                  tlv(1,
                      "\x04yz"
                      "abcdef") +
                  kEnd),
            "a mandatory TLV is present twice"},
        Row{"two TTLs", frame(kBegin + tlv(3, "12") + kEnd), "a mandatory TLV is present twice"},
        Row{"a name of no length", frame(kBegin + tlv(5, "") + kEnd), ""},
        Row{"nothing behind the header", frame(""), "it has no End TLV"},
        Row{"another protocol", "0123456789abcdefgh", ""}, Row{"nothing", "", ""}));

TEST(F43_LldpFrames_Table, EveryPrefixIsReadToItsEnd) {
  const std::string whole = frame(kBegin + kName + policy(1, 100) + kEnd);
  for (std::size_t size = 14; size < whole.size(); ++size) {
    EXPECT_NE(lldp_fault(std::string_view(whole).substr(0, size)), "") << size;
  }
}

}  // namespace
}  // namespace phone::network::lldp_frame_test
