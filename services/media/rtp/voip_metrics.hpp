// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// voip_metrics.hpp -- burst and gap loss of a call, and its report (RFC 3611 section 4.7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace phone::media {

inline constexpr size_t kVoipMetricsOctets = 44;  // an RTCP packet of its own
inline constexpr uint8_t kNotAvailable = 127;

// RFC 3611 appendix A.2: a burst is a period in which no 16 packets in a row were played.
class BurstMeter {
 public:
  static constexpr uint32_t kGmin = 16;

  void played() { ++since_loss_; }
  void missing();  // lost, or too late to be played

  struct Figures {
    uint8_t burst_density = 0, gap_density = 0;  // 256ths that were missing
    uint16_t burst_ms = 0, gap_ms = 0;           // mean length
  };
  Figures figures(uint32_t packet_ms) const;

 private:
  uint32_t since_loss_ = 0;
  uint32_t in_burst_ = 0;  // missing packets of the burst that may be going on
  // Transitions: within gaps, from gap to burst, within bursts.
  double c11_ = 0, c13_ = 0, c14_ = 0, c22_ = 0, c23_ = 0, c33_ = 0;
};

struct VoipMetrics {
  uint32_t ssrc = 0;  // of the far end
  uint8_t lost = 0;   // 256ths of what was expected
  uint8_t discarded = 0;
  BurstMeter::Figures bursts;
  uint16_t round_trip_ms = 0;
  uint16_t end_system_ms = 0;
  uint8_t r_factor = kNotAvailable;
  uint8_t mos_listening = kNotAvailable, mos_conversation = kNotAvailable;  // tenths
  uint16_t jitter_nominal_ms = 0;
};
// `out` holds kVoipMetricsOctets. Returns the length.
size_t write_voip_metrics(uint32_t ours, const VoipMetrics& metrics, std::span<uint8_t> out);

}  // namespace phone::media
