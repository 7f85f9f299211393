// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/capf_message.hpp"

#include <gtest/gtest.h>

#include "common/tlv/writer.hpp"

namespace phone::enrolment {
namespace {

std::string head(int command, std::uint32_t session, size_t length, int magic = 0x55) {
  std::string out;
  tlv::append_u8(out, static_cast<std::uint8_t>(magic));
  tlv::append_u8(out, static_cast<std::uint8_t>(command));
  tlv::append_u32(out, session);
  tlv::append_u16(out, static_cast<std::uint16_t>(length));
  return out;
}

absl::StatusOr<ServerMessage> parse(int command, const std::string& body) {
  const auto header = parse_header(head(command, 1, body.size()));
  if (!header.ok()) return header.status();
  return parse_body(*header, body);
}

struct BadHeader {
  const char* name;
  std::string bytes;
};
class F21_CapfHeader_Table : public ::testing::TestWithParam<BadHeader> {};
TEST_P(F21_CapfHeader_Table, IsRefused) { EXPECT_FALSE(parse_header(GetParam().bytes).ok()); }
INSTANTIATE_TEST_SUITE_P(Bad, F21_CapfHeader_Table,
                         ::testing::Values(BadHeader{"Empty", ""}, BadHeader{"Short", head(1, 1, 0).substr(1)},
                                           BadHeader{"Long", head(1, 1, 0) + "x"},
                                           BadHeader{"WrongMagic", head(1, 1, 0, 0x54)},
                                           BadHeader{"CommandZero", head(0, 1, 0)},
                                           BadHeader{"PhonesOwnCommand", head(2, 1, 0)},
                                           BadHeader{"NameOnlyCommand", head(22, 1, 0)},
                                           BadHeader{"Oversized", head(9, 1, kMaximumBody + 1)}),
                         [](const auto& info) { return info.param.name; });

struct BadBody {
  const char* name;
  int command;
  std::string body;
};
std::string cert(std::string prefix, const std::string& der) { return tlv::element(4, prefix + der); }
const std::string kType = tlv::element_u8(3, 1);

class F21_CapfBody_Table : public ::testing::TestWithParam<BadBody> {};
TEST_P(F21_CapfBody_Table, IsRefused) { EXPECT_FALSE(parse(GetParam().command, GetParam().body).ok()); }
INSTANTIATE_TEST_SUITE_P(
    Bad, F21_CapfBody_Table,
    ::testing::Values(BadBody{"AuthWithoutVersion", 1, tlv::element_u8(8, 0)},
                      BadBody{"VersionOfTwoBytes", 1, tlv::element_u16(7, 3)},
                      BadBody{"ElementTwice", 1, tlv::element_u8(7, 3) + tlv::element_u8(7, 3)},
                      BadBody{"ElementCrossesTheEnd", 1, std::string("\x07\x00\x02\x03", 4)},
                      BadBody{"HalfAnElement", 1, "\x07"}, BadBody{"KeyWithoutType", 3, tlv::element_u16(10, 2048)},
                      BadBody{"KeyWithoutSize", 3, tlv::element_u8(17, 0)},
                      BadBody{"KeyOfUnknownType", 3, tlv::element_u8(17, 2) + tlv::element_u16(10, 2048)},
                      BadBody{"CurveUnknown", 3, tlv::element_u8(17, 1) + tlv::element_u8(18, 3)},
                      BadBody{"CurveMissing", 3, tlv::element_u8(17, 1)},
                      BadBody{"StoreWithoutType", 9, cert(std::string("\x01\x00\x05\x00\x01", 5), "der")},
                      BadBody{"StoreOfMic", 9,
                              tlv::element_u8(3, 2) + cert(std::string("\x01\x00\x05\x00\x01", 5), "der")},
                      BadBody{"StoreWithoutCertificate", 9, kType},
                      BadBody{"StoreEmpty", 9, kType + cert(std::string("\x01\x00\x02\x00\x01", 5), "")},
                      BadBody{"StoreLengthLies", 9, kType + cert(std::string("\x01\x00\x06\x00\x01", 5), "der")},
                      BadBody{"StoreBadPrefix", 9, kType + cert(std::string("\x02\x00\x05\x00\x01", 5), "der")},
                      BadBody{"EndWithoutReason", 15, ""}),
    [](const auto& info) { return info.param.name; });

TEST(F21_CapfBody_Table, OrderAndUnknownElementsDoNotMatter) {
  const auto request = parse(3, tlv::element_u8(17, 0) + tlv::element(99, "zz") + tlv::element_u16(10, 3072));
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(std::get<KeyRequest>(*request).bits, 3072);
}

TEST(F21_CapfBody_Table, WordsOfTheServerAreCleaned) {
  const auto end = parse(15, tlv::element_u8(1, 7) + tlv::element(2, std::string("bad\n\x1b[31m\0pin", 13)));
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(std::get<EndSession>(*end).info, "bad[31mpin");
}

TEST(F21_CapfBody_Table, APartTooLongForItsElementIsNotWritten) {
  EXPECT_TRUE(auth_response(1, "SEP0A1B2C3D4E5F", {}, Proof{std::string(70000, 'x'), "a", "b"}).empty());
}

}  // namespace
}  // namespace phone::enrolment
