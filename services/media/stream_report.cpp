// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_report.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/media/rtp/emodel.hpp"

namespace phone::media {
namespace {

constexpr int64_t kActiveUs = 1'000'000;  // a packet within this time: it is sending or receiving now

bool recent(int64_t at_us, int64_t now_us) { return at_us != 0 && now_us - at_us < kActiveUs; }

int64_t seconds_since(int64_t at_us, int64_t now_us) { return at_us == 0 ? 0 : (now_us - at_us) / 1'000'000; }

// protocols of the call manager: durations in seconds, octets of the payload, jitter in milliseconds.
std::string rx_stat(const Counters& counters, int64_t now_us) {
  return absl::StrCat("Dur=", seconds_since(counters.first_received_us, now_us),
                      ",Pkt=", counters.packets_received.load(), ",Oct=", counters.payload_octets_received.load(),
                      ",LatePkt=", counters.packets_late.load(), ",LostPkt=", counters.packets_lost.load(),
                      ",AvgJit=", static_cast<int64_t>(counters.jitter_ms.load()));
}

std::string tx_stat(const Counters& counters, int64_t now_us) {
  return absl::StrCat("Dur=", seconds_since(counters.first_sent_us, now_us), ",Pkt=", counters.packets_sent.load(),
                      ",Oct=", counters.payload_octets_sent.load());
}

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
  report.expected = counters.expected;
  report.concealed = counters.concealed;
  if (const uint32_t codec = counters.codec_received; codec != 0)
    report.receive_codec = std::string(shape_of(static_cast<CodecKind>(codec - 1)).name);
  report.rx_stat = rx_stat(counters, now_us);
  report.tx_stat = tx_stat(counters, now_us);
  return report;
}

std::optional<CallQuality> quality_of(const Counters& counters, CodecKind codec) {
  const uint64_t expected = counters.expected;
  if ((codec != CodecKind::kPcmu && codec != CodecKind::kPcma) || expected == 0) return std::nullopt;
  const auto missing = static_cast<double>(counters.packets_lost + counters.packets_late);
  return CallQuality{.delay_ms = 20.0 + counters.playout_delay_ms + counters.round_trip_ms / 2.0,
                     .loss_percent = std::min(100.0, 100.0 * missing / static_cast<double>(expected))};
}

double mos_of(const Counters& counters, CodecKind codec) {
  const auto quality = quality_of(counters, codec);
  return quality ? mos_of(r_factor(*quality)) : 0;
}

}  // namespace phone::media
