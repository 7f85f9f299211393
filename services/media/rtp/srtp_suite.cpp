// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/srtp_suite.hpp"

#include <array>

namespace phone::media {
namespace {

constexpr std::array<SuiteShape, 4> kSuites{{
    {Suite::kAeadAes256Gcm, "AEAD_AES_256_GCM", 32, 12, 16, 16, true},
    {Suite::kAeadAes128Gcm, "AEAD_AES_128_GCM", 16, 12, 16, 16, true},
    {Suite::kAesCm128HmacSha1_80, "AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, false},
    {Suite::kAesCm128HmacSha1_32, "AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, false},
}};

}  // namespace

std::span<const SuiteShape> suites() { return kSuites; }

const SuiteShape* find_suite(std::string_view name) {
  for (const SuiteShape& shape : kSuites) {
    if (shape.name == name) return &shape;
  }
  return nullptr;
}

const SuiteShape& shape_of(Suite suite) { return kSuites[static_cast<size_t>(suite)]; }

uint64_t guess_index(uint64_t highest, uint16_t sequence) {
  const uint64_t rollover = highest >> 16;
  const auto last = static_cast<int32_t>(highest & 0xffff);
  const int32_t here = sequence;
  uint64_t guessed = rollover;
  if (last < 32768) {
    if (here - last > 32768 && rollover > 0) guessed = rollover - 1;
  } else if (last - 32768 > here) {
    guessed = rollover + 1;
  }
  return (guessed << 16 | sequence) & kLastRtpIndex;
}

}  // namespace phone::media
