// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstdint>

namespace phone::media {

// Of one stream; written by the tick, read by any thread. Each number is consistent by itself only.
struct Counters {
  std::atomic<uint64_t> packets_sent = 0, bytes_sent = 0, packets_received = 0, bytes_received = 0;
  std::atomic<uint64_t> payload_octets_sent = 0, payload_octets_received = 0;
  std::atomic<uint64_t> packets_lost = 0, packets_late = 0, expected = 0;
  std::atomic<uint64_t> authentication_failures = 0, replays = 0;
  std::atomic<uint64_t> refused = 0;       // malformed, from elsewhere, of an unexpected payload type, too many sources
  std::atomic<uint64_t> rtcp_refused = 0;  // unencrypted where SRTCP is agreed, or malformed
  std::atomic<uint64_t> rtcp_received = 0, events_received = 0, concealed = 0;
  std::atomic<uint32_t> ssrc_sent = 0, ssrc_received = 0;
  std::atomic<uint64_t> index_received = 0;
  std::atomic<uint32_t> largest_gap_ms = 0, round_trip_ms = 0, playout_delay_ms = 0;
  std::atomic<double> jitter_ms = 0;
  std::atomic<uint32_t> codec_received = 0;  // of the last audio played: CodecKind + 1, 0: none yet
  std::atomic<int64_t> first_sent_us = 0, first_received_us = 0;
  std::atomic<int64_t> last_sent_us = 0, last_received_us = 0;  // 0: never
  std::atomic<bool> sending_encrypted = false, receiving_encrypted = false;
};

}  // namespace phone::media
