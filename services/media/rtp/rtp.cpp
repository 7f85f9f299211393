// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/rtp.hpp"

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

}  // namespace phone::media
