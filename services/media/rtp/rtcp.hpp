// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// rtcp.hpp -- the RTCP a phone needs: sender and receiver reports with a CNAME (RFC 3550 section 6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace phone::media {

inline constexpr size_t kMaxRtcpOctets = 128;  // written by write_report; voip metrics may follow

struct ReportBlock {
  uint32_t ssrc = 0;
  uint8_t fraction_lost = 0;
  uint32_t lost = 0;  // 24 bits on the wire
  uint32_t highest_extended = 0;
  uint32_t jitter = 0;
  uint32_t last_sender_report = 0;  // middle 32 bits of its NTP time
  uint32_t delay_since = 0;         // 1/65536 s
};

struct SenderPart {
  uint64_t ntp = 0;
  uint32_t rtp = 0;
  uint32_t packets = 0;
  uint32_t octets = 0;
};

struct RtcpReport {
  uint32_t ssrc = 0;
  std::optional<SenderPart> sender;  // SR when set, RR otherwise
  std::optional<ReportBlock> block;
};

// SR or RR followed by SDES CNAME. `out` holds kMaxRtcpOctets; the name is cut at 32 octets. Returns the length, a
// multiple of 4.
size_t write_report(const RtcpReport&, std::string_view cname, std::span<uint8_t> out);

// What one compound packet of the far end says.
struct RtcpNews {
  uint32_t ssrc = 0;
  std::optional<SenderPart> sender;
  std::optional<ReportBlock> about_us;  // the block whose SSRC is `ours`
};
// Nothing when any part of the compound is malformed (RFC 3550 A.2).
std::optional<RtcpNews> parse_rtcp(std::span<const uint8_t>, uint32_t ours);

}  // namespace phone::media
