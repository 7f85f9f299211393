// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/voip_metrics.hpp"

#include <algorithm>

#include "services/media/rtp/bytes.hpp"

namespace phone::media {
namespace {

constexpr uint8_t kExtendedReport = 207;
constexpr uint8_t kVoipMetricsBlock = 7;
// Standard concealment, an adaptive jitter buffer that follows within half a second (section 4.7.7).
constexpr uint8_t kReceiverConfiguration = 0xfc;
constexpr uint16_t kLongestDelayMs = 500;

uint16_t milliseconds(double value) { return static_cast<uint16_t>(std::clamp(value, 0.0, 65535.0)); }
uint8_t density(double value) { return static_cast<uint8_t>(std::clamp(256 * value, 0.0, 255.0)); }

}  // namespace

void BurstMeter::missing() {
  if (since_loss_ >= kGmin) {
    in_burst_ == 1 ? ++c14_ : ++c13_;
    in_burst_ = 1;
    c11_ += since_loss_;
  } else {
    ++in_burst_;
    if (since_loss_ == 0) {
      ++c33_;
    } else {
      ++c23_;
      c22_ += since_loss_ - 1;
    }
  }
  since_loss_ = 0;
}

BurstMeter::Figures BurstMeter::figures(uint32_t packet_ms) const {
  Figures figures;
  const double gaps = c11_ + since_loss_;
  if (c13_ + c14_ + c23_ + c33_ == 0) {
    figures.gap_ms = milliseconds(gaps * packet_ms);
    return figures;
  }
  const double c31 = c13_, c32 = c23_;
  const double total = gaps + c14_ + c13_ + c22_ + c23_ + c31 + c32 + c33_;
  const double leaving = c31 + c32 + c33_ == 0 ? 0 : 1 - c33_ / (c31 + c32 + c33_);
  const double entering = c22_ + c23_ < 1 ? 1 : 1 - c22_ / (c22_ + c23_);
  figures.burst_density = entering + leaving == 0 ? 0 : density(entering / (entering + leaving));
  figures.gap_density = gaps + c14_ == 0 ? 0 : density(c14_ / (gaps + c14_));
  const double bursts = std::max(c13_, 1.0);
  const double gap_ms = (gaps + c14_ + c13_) * packet_ms / bursts;
  figures.gap_ms = milliseconds(gap_ms);
  figures.burst_ms = milliseconds(total * packet_ms / bursts - gap_ms);
  return figures;
}

size_t write_voip_metrics(uint32_t ours, const VoipMetrics& metrics, std::span<uint8_t> out) {
  if (out.size() < kVoipMetricsOctets) return 0;
  uint8_t* at = out.data();
  at[0] = 0x80;
  at[1] = kExtendedReport;
  put16(at + 2, kVoipMetricsOctets / 4 - 1);
  put32(at + 4, ours);
  at += 8;
  at[0] = kVoipMetricsBlock;
  at[1] = 0;
  put16(at + 2, 8);
  put32(at + 4, metrics.ssrc);
  at[8] = metrics.lost;
  at[9] = metrics.discarded;
  at[10] = metrics.bursts.burst_density;
  at[11] = metrics.bursts.gap_density;
  put16(at + 12, metrics.bursts.burst_ms);
  put16(at + 14, metrics.bursts.gap_ms);
  put16(at + 16, metrics.round_trip_ms);
  put16(at + 18, metrics.end_system_ms);
  at[20] = at[21] = at[22] = kNotAvailable;  // signal, noise, echo return loss
  at[23] = BurstMeter::kGmin;
  at[24] = metrics.r_factor;
  at[25] = kNotAvailable;  // no other network's rating
  at[26] = metrics.mos_listening;
  at[27] = metrics.mos_conversation;
  at[28] = kReceiverConfiguration;
  at[29] = 0;
  put16(at + 30, metrics.jitter_nominal_ms);
  put16(at + 32, kLongestDelayMs);
  put16(at + 34, kLongestDelayMs);
  return kVoipMetricsOctets;
}

}  // namespace phone::media
