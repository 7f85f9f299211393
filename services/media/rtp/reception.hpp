// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// reception.hpp -- what a receiver counts about one source (RFC 3550 appendix A): lost is what was sent and did not
// arrive, nothing else. A far end that jumps in its numbers, or starts them anew, has lost nothing.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "services/media/rtp/media_clock.hpp"

namespace phone::media {

class Reception {
 public:
  void start(uint32_t ssrc);
  // An authentic packet of this source, whatever it carries. `step_us`: how much later than the packet before it is
  // in the far end's own time; negative when that is not known. False for one that was counted before, or whose number
  // belongs to no packet that was expected.
  bool packet(uint16_t sequence, int64_t arrival_us, int64_t step_us = -1);
  // The same for a packet with audio, which says something about the jitter too.
  bool audio(uint16_t sequence, int64_t arrival_us, const MediaClock::Moment& moment, uint32_t clock_rate);
  // The far end was told to pause: what it sends next follows without a gap.
  void pause() { paused_ = true; }

  bool started() const { return started_; }
  uint32_t ssrc() const { return ssrc_; }
  uint64_t received() const { return received_; }
  uint64_t expected() const { return expected_; }
  uint64_t lost() const { return expected_ - received_; }
  uint32_t highest_extended() const { return cycles_ + highest_; }
  double jitter_ms() const;
  uint32_t jitter_units() const { return static_cast<uint32_t>(jitter_); }
  // Lost 256ths since the last call, for the report block.
  uint8_t fraction_lost_since_last();

 private:
  static constexpr size_t kWindow = 512;  // packets that may come late and still count as received

  void note_jitter(const MediaClock::Moment& moment, int64_t arrival_us, uint32_t clock_rate);
  bool were_sent(unsigned ahead, int64_t elapsed_us, int64_t step_us) const;
  void move_to(uint16_t sequence, unsigned ahead, bool missing_expected);

  bool started_ = false;
  bool any_ = false;
  bool paused_ = false;
  uint32_t ssrc_ = 0;
  uint16_t highest_ = 0;
  uint32_t cycles_ = 0;
  uint64_t expected_ = 0;
  uint64_t received_ = 0;
  std::bitset<kWindow> done_;  // by sequence number: arrived, or not expected
  bool restart_likely_ = false;
  uint16_t restart_at_ = 0;  // numbers that start anew go on here
  int64_t arrival_us_ = 0;   // of the newest packet
  int64_t packet_us_ = 0;    // shortest packet so far, 0: not known
  uint64_t expected_before_ = 0;
  uint64_t received_before_ = 0;
  double jitter_ = 0;  // timestamp units, RFC 3550 A.8
  bool have_transit_ = false;
  double transit_ = 0;
  uint32_t rate_ = 8000;
};

}  // namespace phone::media
