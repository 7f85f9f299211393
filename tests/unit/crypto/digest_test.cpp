// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/digest.hpp"

#include <gtest/gtest.h>

#include "common/crypto/secret.hpp"

namespace phone::crypto {
namespace {

TEST(Digest_Table, KnownAnswers) {
  EXPECT_EQ(hex(digest(Digest::kMd5, "abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex(digest(Digest::kSha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(digest(Digest::kSha256, "abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest(Digest::kSha384, "").size(), 48U);
  EXPECT_EQ(digest(Digest::kSha512, "").size(), 64U);
}

TEST(Digest_Table, HexIsReadBothWaysAndNothingElse) {
  EXPECT_EQ(unhex("00fFa1").value(), std::string("\x00\xff\xa1", 3));
  EXPECT_FALSE(unhex("0").ok());
  EXPECT_FALSE(unhex("0g").ok());
  EXPECT_EQ(unhex("").value(), "");
}

TEST(Secret_Table, TakingASecretWipesTheSource) {
  std::string source = "a long password that is on the heap";
  const char* bytes = source.data();
  const Secret secret(std::move(source));
  EXPECT_EQ(secret.view(), "a long password that is on the heap");
  EXPECT_EQ(bytes[0], '\0');
  EXPECT_EQ(bytes[20], '\0');
}

TEST(Secret_Table, ComparesByContent) {
  EXPECT_TRUE(Secret::copy_of("one") == Secret::copy_of("one"));
  EXPECT_FALSE(Secret::copy_of("one") == Secret::copy_of("two"));
  EXPECT_FALSE(Secret::copy_of("one") == Secret::copy_of("ones"));
  Secret moved = Secret::copy_of("short");
  const Secret taken = std::move(moved);
  EXPECT_EQ(taken.view(), "short");
}

}  // namespace
}  // namespace phone::crypto
