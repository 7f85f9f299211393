// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// rtp.hpp -- RTP packets (RFC 3550 section 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace phone::media {

inline constexpr size_t kRtpHeaderOctets = 12;

struct RtpPacket {
  bool marker = false;
  uint8_t payload_type = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  std::span<const uint8_t> payload;  // without padding; points into the parsed bytes
};

// Nothing for bytes that are not one whole RTP packet of version 2.
std::optional<RtpPacket> parse_rtp(std::span<const uint8_t>);

// The fixed header; `payload` of the packet is not looked at.
void write_rtp_header(const RtpPacket&, uint8_t* at);

// RFC 5761 section 4: payload types 64-95 of the second octet are RTCP's.
bool looks_like_rtcp(std::span<const uint8_t>);

}  // namespace phone::media
