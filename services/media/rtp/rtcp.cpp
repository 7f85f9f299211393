// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/rtcp.hpp"

#include <algorithm>
#include <cstring>

#include "services/media/rtp/bytes.hpp"

namespace phone::media {
namespace {

enum class Kind : uint8_t { kSenderReport = 200, kReceiverReport = 201, kSourceDescription = 202, kGoodbye = 203 };

constexpr size_t kBlockOctets = 24;
constexpr size_t kSenderOctets = 20;
constexpr size_t kMaxName = 32;

void put64(uint8_t* at, uint64_t value) {
  put32(at, static_cast<uint32_t>(value >> 32));
  put32(at + 4, static_cast<uint32_t>(value));
}

uint64_t get64(const uint8_t* at) { return uint64_t{get32(at)} << 32 | get32(at + 4); }

void write_block(const ReportBlock& block, uint8_t* at) {
  put32(at, block.ssrc);
  put32(at + 4, std::min(block.lost, uint32_t{0x7fffff}));
  at[4] = block.fraction_lost;
  put32(at + 8, block.highest_extended);
  put32(at + 12, block.jitter);
  put32(at + 16, block.last_sender_report);
  put32(at + 20, block.delay_since);
}

ReportBlock read_block(const uint8_t* at) {
  return {.ssrc = get32(at),
          .fraction_lost = at[4],
          .lost = get32(at + 4) & 0xffffff,
          .highest_extended = get32(at + 8),
          .jitter = get32(at + 12),
          .last_sender_report = get32(at + 16),
          .delay_since = get32(at + 20)};
}

bool read_part(Kind kind, size_t count, std::span<const uint8_t> body, uint32_t ours, RtcpNews& news) {
  size_t at = 0;
  switch (kind) {
    case Kind::kSenderReport:
      if (body.size() < 4 + kSenderOctets) return false;
      news.sender = SenderPart{.ntp = get64(body.data() + 4),
                               .rtp = get32(body.data() + 12),
                               .packets = get32(body.data() + 16),
                               .octets = get32(body.data() + 20)};
      at = kSenderOctets;
      [[fallthrough]];
    case Kind::kReceiverReport:
      at += 4;
      if (body.size() < at + count * kBlockOctets) return false;
      news.ssrc = get32(body.data());
      for (size_t i = 0; i < count; ++i, at += kBlockOctets) {
        const ReportBlock block = read_block(body.data() + at);
        if (block.ssrc == ours) news.about_us = block;
      }
      return true;
    case Kind::kGoodbye:
      return body.size() >= count * 4;
    case Kind::kSourceDescription:
      return true;
  }
  return true;  // not used here
}

}  // namespace

size_t write_report(const RtcpReport& report, std::string_view cname, std::span<uint8_t> out) {
  if (out.size() < kMaxRtcpOctets) return 0;
  uint8_t* at = out.data();
  const size_t blocks = report.block ? 1 : 0;
  const size_t length = 8 + (report.sender ? kSenderOctets : 0) + blocks * kBlockOctets;
  at[0] = static_cast<uint8_t>(0x80 | blocks);
  at[1] = static_cast<uint8_t>(report.sender ? Kind::kSenderReport : Kind::kReceiverReport);
  put16(at + 2, static_cast<uint16_t>(length / 4 - 1));
  put32(at + 4, report.ssrc);
  at += 8;
  if (report.sender) {
    put64(at, report.sender->ntp);
    put32(at + 8, report.sender->rtp);
    put32(at + 12, report.sender->packets);
    put32(at + 16, report.sender->octets);
    at += kSenderOctets;
  }
  if (report.block) {
    write_block(*report.block, at);
    at += kBlockOctets;
  }
  const std::string_view name = cname.substr(0, kMaxName);
  const size_t chunk = (4 + 2 + name.size() + 1 + 3) / 4 * 4;  // at least one zero ends the items
  std::memset(at, 0, 4 + chunk);
  at[0] = 0x81;
  at[1] = static_cast<uint8_t>(Kind::kSourceDescription);
  put16(at + 2, static_cast<uint16_t>(chunk / 4));
  put32(at + 4, report.ssrc);
  at[8] = 1;  // CNAME
  at[9] = static_cast<uint8_t>(name.size());
  std::memcpy(at + 10, name.data(), name.size());
  return length + 4 + chunk;
}

std::optional<RtcpNews> parse_rtcp(std::span<const uint8_t> bytes, uint32_t ours) {
  if (bytes.size() < 8) return std::nullopt;
  if (bytes[1] != static_cast<uint8_t>(Kind::kSenderReport) &&
      bytes[1] != static_cast<uint8_t>(Kind::kReceiverReport)) {
    return std::nullopt;
  }
  RtcpNews news;
  while (!bytes.empty()) {
    if (bytes.size() < 4 || bytes[0] >> 6 != 2) return std::nullopt;
    const size_t length = (size_t{get16(bytes.data() + 2)} + 1) * 4;
    if (length > bytes.size()) return std::nullopt;
    std::span<const uint8_t> body = bytes.subspan(4, length - 4);
    if ((bytes[0] & 0x20) != 0) {
      if (length != bytes.size() || body.empty() || body.back() == 0 || body.back() > body.size()) return std::nullopt;
      body = body.first(body.size() - body.back());
    }
    if (!read_part(static_cast<Kind>(bytes[1]), bytes[0] & 0x1f, body, ours, news)) return std::nullopt;
    bytes = bytes.subspan(length);
  }
  return news;
}

}  // namespace phone::media
