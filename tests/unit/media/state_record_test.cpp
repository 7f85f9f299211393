// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/state_record.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace phone::media {
namespace {

LiveState sample(uint64_t index) {
  LiveState state;
  state.transmit = {.ssrc = 1, .index = index, .rtcp_index = 4};
  state.receive.sources = 2;
  state.receive.source[0] = {10, 70000};
  state.receive.source[1] = {11, 5};
  state.receive.rtcp_index = 6;
  state.receive_fingerprint = 77;
  state.focus = FocusState::kLost;
  return state;
}

TEST(F81_StateRecord, OutlivesTheProcessThatWroteIt) {
  int kept = -1;
  {
    auto record = StateRecord::create("call-1", 16400);
    ASSERT_TRUE(record.ok());
    for (uint64_t index = 1; index <= 9; ++index) (*record)->write(sample(index));
    kept = dup((*record)->fd());
  }
  auto adopted = StateRecord::adopt(kept);
  ASSERT_TRUE(adopted.ok());
  EXPECT_EQ((*adopted)->stream(), "call-1");
  EXPECT_EQ((*adopted)->port(), 16400);
  const auto state = (*adopted)->read();
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->transmit.index, 9U);
  EXPECT_EQ(state->receive, sample(9).receive);
  EXPECT_EQ(state->focus, FocusState::kLost);
  (*adopted)->write(sample(10));
  EXPECT_EQ((*adopted)->read()->transmit.index, 10U);
}

TEST(F81_StateRecord, AHalfWrittenOneIsPassedOverForTheOneBefore) {
  auto record = StateRecord::create("call-1", 16400);
  (*record)->write(sample(1));
  (*record)->write(sample(2));
  // Whichever slot the octet is in, one of the two remains; what is read is whole.
  char octet = 0;
  const off_t size = lseek((*record)->fd(), 0, SEEK_END);
  ASSERT_EQ(pread((*record)->fd(), &octet, 1, size - 12), 1);
  octet = static_cast<char>(octet ^ 1);
  ASSERT_EQ(pwrite((*record)->fd(), &octet, 1, size - 12), 1);
  const auto state = (*record)->read();
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->receive, sample(1).receive);
}

TEST(F81_StateRecord, DamageAndStrangersAreRefused) {
  const int empty = memfd_create("x", 0);
  EXPECT_FALSE(StateRecord::adopt(empty).ok());
  auto record = StateRecord::create("call-1", 16400);
  const int kept = dup((*record)->fd());
  ASSERT_EQ(pwrite(kept, "zzzz", 4, 8), 4);
  EXPECT_EQ(StateRecord::adopt(kept).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(StateRecord::create("", 1).ok());
  EXPECT_FALSE(StateRecord::create(std::string(65, 'x'), 1).ok());
}

TEST(F81_StateRecord, TheFingerprintTellsKeysApartAndHoldsNone) {
  const std::string key(30, 'k');
  EXPECT_EQ(fingerprint(Suite::kAesCm128HmacSha1_80, key), fingerprint(Suite::kAesCm128HmacSha1_80, key));
  EXPECT_NE(fingerprint(Suite::kAesCm128HmacSha1_80, key), fingerprint(Suite::kAesCm128HmacSha1_32, key));
  EXPECT_NE(fingerprint(Suite::kAesCm128HmacSha1_80, key),
            fingerprint(Suite::kAesCm128HmacSha1_80, std::string(30, 'j')));
}

}  // namespace
}  // namespace phone::media
