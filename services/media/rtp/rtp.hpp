// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// rtp.hpp -- RTP packets (RFC 3550 section 5) and what a receiver counts about them (appendix A).
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

// Sequence numbers, loss and interarrival jitter of one source.
class Reception {
 public:
  void start(uint32_t ssrc, uint16_t sequence);
  // `arrival_us` on any steady clock; `clock_rate` of the payload.
  void packet(uint16_t sequence, uint32_t timestamp, int64_t arrival_us, uint32_t clock_rate);

  bool started() const { return started_; }
  uint32_t ssrc() const { return ssrc_; }
  uint64_t received() const { return received_; }
  uint64_t expected() const;
  uint64_t lost() const;  // 0 when duplicates make it negative
  uint32_t highest_extended() const { return cycles_ + highest_; }
  double jitter_ms() const;
  uint32_t jitter_units() const { return static_cast<uint32_t>(jitter_); }
  // Lost 256ths since the last call, for the report block.
  uint8_t fraction_lost_since_last();

 private:
  bool started_ = false;
  uint32_t ssrc_ = 0;
  uint16_t first_ = 0;
  uint16_t highest_ = 0;
  uint32_t cycles_ = 0;
  uint64_t received_ = 0;
  uint64_t expected_before_ = 0;
  uint64_t received_before_ = 0;
  double jitter_ = 0;  // timestamp units, RFC 3550 A.8
  bool have_transit_ = false;
  double transit_ = 0;
  uint32_t rate_ = 8000;
};

}  // namespace phone::media
