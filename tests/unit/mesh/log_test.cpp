// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/log/log.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace phone::log {
namespace {

std::string line(std::string_view text, std::vector<Field> fields = {}) {
  return format(text, fields.data(), fields.size());
}

TEST(Log, KeysAndValuesStandQuoted) {
  EXPECT_EQ(line("list accepted", {{"signer", "CN=a, O=b"}, {"size", 12}, {"first", true}}),
            R"(list accepted signer="CN=a, O=b" size="12" first="yes")");
}

TEST(Log, WhatAPeerSaysCannotForgeALine) {
  EXPECT_EQ(line("x", {{"from", "a\nb\x1b[31m\"\\\x7f"}}), R"(x from="a\x0ab\x1b[31m\"\\\x7f")");
}

TEST(Log, LineIsBounded) {
  std::vector<Field> many;
  for (int i = 0; i < 1000; ++i) many.emplace_back("k", std::string(5000, 'v'));
  EXPECT_LT(format("x", many.data(), many.size()).size(), 4000u);
}

}  // namespace
}  // namespace phone::log
