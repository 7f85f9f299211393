// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/tlv/reader.hpp"
#include "common/tlv/writer.hpp"

namespace phone::tlv {
namespace {

TEST(Tlv, WhatIsWrittenIsRead) {
  std::string bytes =
      element_u8(1, 7) + element_u16(2, 0x1234) + element(3, "\xDE\xAD\xBE\xEF") + element_text(4, "abc");
  Reader reader(bytes);
  EXPECT_EQ(*u8(reader.next()->value), 7);
  EXPECT_EQ(*u16(reader.next()->value), 0x1234);
  EXPECT_EQ(*u32(reader.next()->value), 0xDEADBEEFu);
  const auto last = reader.next();
  EXPECT_EQ(last->tag, 4);
  EXPECT_EQ(last->offset, 16u);
  EXPECT_EQ(last->size, 7u);
  EXPECT_EQ(*text(last->value), "abc");
  EXPECT_TRUE(reader.at_end());
}

TEST(Tlv, EveryPrefixOfAnElementIsRefusedAndTheReaderStays) {
  const std::string bytes = element(9, "0123456789");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    Reader reader(std::string_view(bytes).substr(0, length));
    EXPECT_EQ(reader.next().status().code(), absl::StatusCode::kOutOfRange) << length;
    EXPECT_EQ(reader.position(), 0u);
  }
}

TEST(Tlv, NumbersHaveExactlyTheirWidth) {
  EXPECT_FALSE(u8("").ok());
  EXPECT_FALSE(u8("ab").ok());
  EXPECT_FALSE(u16("a").ok());
  EXPECT_FALSE(u32("abcde").ok());
}

TEST(Tlv, TextEndsWithItsOnlyNul) {
  using namespace std::string_view_literals;
  EXPECT_EQ(*text("\0"sv), "");
  EXPECT_FALSE(text(""sv).ok());
  EXPECT_FALSE(text("abc"sv).ok());
  EXPECT_FALSE(text("a\0b\0"sv).ok());
}

TEST(Tlv, AValueOver65535BytesIsNotWritten) {
  std::string out = "kept";
  EXPECT_FALSE(append(out, 1, std::string(65536, 'x')));
  EXPECT_EQ(out, "kept");
  EXPECT_TRUE(append(out, 1, std::string(65535, 'x')));
  EXPECT_TRUE(element(1, std::string(65536, 'x')).empty());
}

TEST(Tlv, TakingMoreThanThereIsFails) {
  Reader reader("abc", 1);
  EXPECT_EQ(reader.rest(), "bc");
  EXPECT_FALSE(reader.take(3).ok());
  EXPECT_EQ(*reader.take(2), "bc");
  EXPECT_EQ(reader.peek(), 0);
  Reader past("abc", 9);
  EXPECT_TRUE(past.at_end());
  EXPECT_FALSE(past.next().ok());
}

}  // namespace
}  // namespace phone::tlv
