// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// srtp_suite.hpp -- the protection profiles this phone speaks, and the packet index of RFC 3711.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace phone::media {

enum class Suite : uint8_t { kAeadAes256Gcm, kAeadAes128Gcm, kAesCm128HmacSha1_80, kAesCm128HmacSha1_32 };

struct SuiteShape {
  Suite suite;
  std::string_view name;  // as in a=crypto
  size_t key_octets;
  size_t salt_octets;
  size_t rtp_tag_octets;
  size_t rtcp_tag_octets;
  bool aead;
  size_t key_salt_octets() const { return key_octets + salt_octets; }
};

// RFC 4568 6.2 and RFC 7714 14.2. Signaling and policy choose their order in an offer.
std::span<const SuiteShape> suites();
const SuiteShape* find_suite(std::string_view name);
const SuiteShape& shape_of(Suite);

inline constexpr uint64_t kLastRtpIndex = (uint64_t{1} << 48) - 1;
inline constexpr uint32_t kLastRtcpIndex = 0x7fffffff;

// RFC 3711 3.3.1: the index nearest to the highest authenticated one.
uint64_t guess_index(uint64_t highest, uint16_t sequence);

}  // namespace phone::media
