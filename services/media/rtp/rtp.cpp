// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/rtp.hpp"

#include <cmath>

#include "services/media/rtp/bytes.hpp"

namespace phone::media {

std::optional<RtpPacket> parse_rtp(std::span<const uint8_t> bytes) {
  if (bytes.size() < kRtpHeaderOctets || bytes[0] >> 6 != 2) return std::nullopt;
  size_t header = kRtpHeaderOctets + size_t{4} * (bytes[0] & 0x0fU);
  if (bytes.size() < header) return std::nullopt;
  if ((bytes[0] & 0x10) != 0) {  // header extension
    if (bytes.size() < header + 4) return std::nullopt;
    header += 4 + size_t{4} * get16(bytes.data() + header + 2);
    if (bytes.size() < header) return std::nullopt;
  }
  size_t end = bytes.size();
  if ((bytes[0] & 0x20) != 0) {  // padding: its last octet counts itself
    const size_t padding = bytes[end - 1];
    if (padding == 0 || padding > end - header) return std::nullopt;
    end -= padding;
  }
  return RtpPacket{.marker = (bytes[1] & 0x80) != 0,
                   .payload_type = static_cast<uint8_t>(bytes[1] & 0x7f),
                   .sequence = get16(bytes.data() + 2),
                   .timestamp = get32(bytes.data() + 4),
                   .ssrc = get32(bytes.data() + 8),
                   .payload = bytes.subspan(header, end - header)};
}

void write_rtp_header(const RtpPacket& packet, uint8_t* at) {
  at[0] = 0x80;
  at[1] = static_cast<uint8_t>((packet.marker ? 0x80 : 0) | (packet.payload_type & 0x7f));
  put16(at + 2, packet.sequence);
  put32(at + 4, packet.timestamp);
  put32(at + 8, packet.ssrc);
}

bool looks_like_rtcp(std::span<const uint8_t> bytes) {
  return bytes.size() >= 8 && bytes[0] >> 6 == 2 && bytes[1] >= 192 && bytes[1] <= 223;
}

void Reception::start(uint32_t ssrc, uint16_t sequence) {
  *this = Reception{};
  started_ = true;
  ssrc_ = ssrc;
  first_ = highest_ = sequence;
}

void Reception::packet(uint16_t sequence, uint32_t timestamp, int64_t arrival_us, uint32_t clock_rate) {
  const auto ahead = static_cast<uint16_t>(sequence - highest_);
  if (ahead != 0 && ahead < 0x8000) {
    if (sequence < highest_) cycles_ += 0x10000;
    highest_ = sequence;
  }
  ++received_;
  rate_ = clock_rate;
  const double transit = static_cast<double>(arrival_us) * clock_rate / 1e6 - static_cast<double>(timestamp);
  if (have_transit_) {
    const double change = std::fabs(transit - transit_);
    // A wrapped or restarted timestamp is not jitter.
    if (change < 10.0 * clock_rate) jitter_ += (change - jitter_) / 16.0;
  }
  have_transit_ = true;
  transit_ = transit;
}

uint64_t Reception::expected() const {
  if (!started_) return 0;
  const uint32_t highest = highest_extended();
  return highest >= first_ ? uint64_t{highest} - first_ + 1 : 0;
}

uint64_t Reception::lost() const {
  const uint64_t want = expected();
  return want > received_ ? want - received_ : 0;
}

double Reception::jitter_ms() const { return jitter_ * 1000.0 / rate_; }

uint8_t Reception::fraction_lost_since_last() {
  const uint64_t want = expected() - expected_before_;
  const uint64_t got = received_ - received_before_;
  expected_before_ = expected();
  received_before_ = received_;
  if (want == 0 || got >= want) return 0;
  return static_cast<uint8_t>(((want - got) << 8) / want);
}

}  // namespace phone::media
