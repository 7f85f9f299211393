// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_report.hpp"

#include <algorithm>

#include "services/media/emodel.hpp"

namespace phone::media {
namespace {

constexpr int64_t kActiveUs = 1'000'000;  // a packet within this time: it is sending or receiving now

bool recent(int64_t at_us, int64_t now_us) { return at_us != 0 && now_us - at_us < kActiveUs; }

}  // namespace

StreamReport report_of(const Counters& counters, int64_t now_us) {
  StreamReport report;
  report.sending = recent(counters.last_sent_us, now_us);
  report.receiving = recent(counters.last_received_us, now_us);
  report.sending_encrypted = counters.sending_encrypted;
  report.receiving_encrypted = counters.receiving_encrypted;
  report.packets_sent = counters.packets_sent;
  report.packets_received = counters.packets_received;
  report.packets_lost = counters.packets_lost;
  report.packets_late = counters.packets_late;
  report.bytes_sent = counters.bytes_sent;
  report.bytes_received = counters.bytes_received;
  report.authentication_failures = counters.authentication_failures;
  report.replays = counters.replays;
  report.refused = counters.refused;
  report.rtcp_refused = counters.rtcp_refused;
  report.events_received = counters.events_received;
  report.ssrc_sent = counters.ssrc_sent;
  report.ssrc_received = counters.ssrc_received;
  report.largest_gap_ms = counters.largest_gap_ms;
  report.round_trip_ms = counters.round_trip_ms;
  report.playout_delay_ms = counters.playout_delay_ms;
  report.jitter_ms = counters.jitter_ms;
  return report;
}

double mos_of(const Counters& counters, CodecKind codec) {
  const uint64_t expected = counters.expected;
  if (codec == CodecKind::kOpus || expected == 0) return 0;
  const auto missing = static_cast<double>(counters.packets_lost + counters.packets_late);
  return mos_of(r_factor({.delay_ms = 20.0 + counters.playout_delay_ms + counters.round_trip_ms / 2.0,
                          .loss_percent = std::min(100.0, 100.0 * missing / static_cast<double>(expected))}));
}

}  // namespace phone::media
