// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/text/foreign_text.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace phone::text {
namespace {

struct Row {
  std::string name;
  std::string foreign;
  std::string cleaned;
};
class ForeignText : public testing::TestWithParam<Row> {};

TEST_P(ForeignText, IsCleanAfterwards) {
  EXPECT_EQ(clean(GetParam().foreign), GetParam().cleaned);
  EXPECT_TRUE(is_clean(clean(GetParam().foreign)));
  EXPECT_EQ(is_clean(GetParam().foreign), GetParam().foreign == GetParam().cleaned);
}

using namespace std::string_literals;
INSTANTIATE_TEST_SUITE_P(
    Rows, ForeignText,
    testing::Values(Row{"Plain", "Alice", "Alice"}, Row{"Empty", "", ""},
                    Row{"EveryLength", "a\u00E9\u20AC\U0001F600", "a\u00E9\u20AC\U0001F600"},
                    Row{"Latin1", "Andr\xE9 M", "Andr\uFFFD M"}, Row{"Latin1AtTheEnd", "Andr\xE9", "Andr\uFFFD"},
                    Row{"LoneContinuation", "a\x80z", "a\uFFFDz"}, Row{"Overlong", "\xC0\xAF", "\uFFFD\uFFFD"},
                    Row{"OverlongOfThree", "\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},
                    Row{"Surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
                    Row{"AboveTheLast", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
                    Row{"CutShort", "x\xF0\x9F\x98", "x\uFFFD\uFFFD\uFFFD"}, Row{"FeAndFf", "\xFE\xFF", "\uFFFD\uFFFD"},
                    Row{"Nul", "a\0b"s, "a b"}, Row{"LogLines", "a\r\n\tb", "a b"}, Row{"Escape", "\x1B[2J", " [2J"},
                    Row{"C1", "a\u0085b", "a b"}, Row{"LineSeparator", "a\u2028b", "a b"},
                    Row{"CiscoPhraseCode", "\x80\x1E", "\uFFFD "}, Row{"Override", "a\u202Eb", "ab"},
                    Row{"ZeroWidth", "a\u200Bb\uFEFF", "ab"}, Row{"Noncharacter", "a\uFFFE\U0001FFFF", "a"}),
    [](const auto& info) { return info.param.name; });

TEST(ForeignTextLength, IsBoundedAndCutBetweenCharacters) {
  EXPECT_EQ(clean(std::string(1000, 'a')).size(), kForeignTextLimit);
  EXPECT_EQ(clean("aa\u20AC", 4), "aa");
  EXPECT_EQ(clean("aa\u20AC", 5), "aa\u20AC");
  EXPECT_EQ(clean("\xFF\xFF", 4), "\uFFFD");
  EXPECT_EQ(clean("abc", 0), "");
}

TEST(ForeignTextWork, DoesNotGrowWithWhatIsLeftOut) {
  std::string hidden;
  while (hidden.size() < 3'000'000) hidden += "\u200B";
  hidden += "end";
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(clean(hidden, 16), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(20));
}

TEST(PrintableText, KeepsAsciiOnlyAndNoMoreThanTheLimit) {
  EXPECT_EQ(printable("CN=a \x01\x7f\xff~", 64), "CN=a ???~");
  EXPECT_EQ(printable("abcdef", 4), "abcd");
  EXPECT_EQ(printable(std::string(1000, 'a')).size(), kForeignTextLimit);
}

}  // namespace
}  // namespace phone::text
