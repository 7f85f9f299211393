// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream_report.hpp -- what a stream really does, from the counters of the tick.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/media/audio_focus.hpp"
#include "services/media/codec/codec.hpp"
#include "services/media/counters.hpp"
#include "services/media/direction.hpp"
#include "services/media/rtp/emodel.hpp"
#include "services/media/stream_order.hpp"
#include "services/media/user_sound.hpp"

namespace phone::media {

struct StreamReport {
  std::string stream, call, codec, transmit_suite, receive_suite;
  bool awaiting_keys = false;
  Direction direction = Direction::kInactive;
  FocusState focus = FocusState::kNew;
  bool sending = false, receiving = false, sending_encrypted = false, receiving_encrypted = false;
  uint64_t packets_sent = 0, packets_received = 0, packets_lost = 0, packets_late = 0;
  uint64_t bytes_sent = 0, bytes_received = 0;
  uint64_t authentication_failures = 0, replays = 0, refused = 0, rtcp_refused = 0, events_received = 0;
  uint32_t ssrc_sent = 0, ssrc_received = 0, largest_gap_ms = 0, round_trip_ms = 0, playout_delay_ms = 0;
  uint64_t expected = 0, concealed = 0;
  std::string receive_codec;     // of the last audio that was played
  std::string rx_stat, tx_stat;  // for RTP-RxStat and RTP-TxStat
  bool muted = false;
  std::optional<ForkOrder> fork;
  double jitter_ms = 0;
  double mos = 0;  // 0: not known
  std::vector<std::string> tones;
};

struct Report {
  std::vector<StreamReport> streams;
  std::string device;
  Transducer transducer = Transducer::kHandset;
  SoundSettings sound;
  bool muted = false;
  DisabledDevices disabled;  // in force
  bool forks = false;
  uint32_t port_first = 0, port_last = 0;
};

// The part of a report that the tick counts.
StreamReport report_of(const Counters& counters, int64_t now_us);
// Nothing for a codec without published narrowband figures (media.md 4.5), or before the first packet.
std::optional<CallQuality> quality_of(const Counters& counters, CodecKind codec);
// Mean opinion score; 0 where there is none.
double mos_of(const Counters& counters, CodecKind codec);

}  // namespace phone::media
