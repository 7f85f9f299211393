// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/reception.hpp"

#include <algorithm>
#include <cmath>

namespace phone::media {
namespace {

constexpr int64_t kUsualPacketUs = 20'000;
constexpr int64_t kShortestPacketUs = 5'000;
constexpr int64_t kLongestPacketUs = 200'000;
constexpr unsigned kMostMissing = 3000;  // RFC 3550 A.1: a minute of packets; beyond it numbers have started anew
constexpr unsigned kFewMissing = 2;      // so few are lost, whatever the clocks say

}  // namespace

void Reception::start(uint32_t ssrc) {
  *this = Reception{};
  started_ = true;
  ssrc_ = ssrc;
}

// Packets take time: numbers that advanced by more than fits into it were skipped by the sender.
bool Reception::were_sent(unsigned ahead, int64_t elapsed_us, int64_t step_us) const {
  if (paused_ || ahead > kMostMissing) return false;
  if (ahead <= 1) return true;
  const int64_t each = packet_us_ == 0 ? kUsualPacketUs : packet_us_;
  const int64_t passed = step_us > 0 ? step_us : elapsed_us;
  return passed * 4 >= int64_t{ahead} * each * 3 || (step_us <= 0 && ahead <= kFewMissing + 1);
}

void Reception::move_to(uint16_t sequence, unsigned ahead, bool missing_expected) {
  if (sequence < highest_) cycles_ += 0x10000;
  if (ahead > kWindow) {
    missing_expected ? done_.reset() : done_.set();
  } else {
    for (unsigned i = 1; i < ahead; ++i) done_[static_cast<uint16_t>(highest_ + i) % kWindow] = !missing_expected;
  }
  expected_ += missing_expected ? ahead : 1;
  highest_ = sequence;
}

bool Reception::packet(uint16_t sequence, int64_t arrival_us, int64_t step_us) {
  const int64_t elapsed_us = std::max<int64_t>(arrival_us - arrival_us_, 0);
  if (!any_) {
    any_ = true;
    done_.set();  // nothing is expected of the time before
    highest_ = sequence;
    expected_ = 1;
  } else {
    const auto ahead = static_cast<uint16_t>(sequence - highest_);
    if (ahead != 0 && ahead < 0x8000) {
      if (ahead == 1 && step_us >= kShortestPacketUs && step_us <= kLongestPacketUs)
        packet_us_ = packet_us_ == 0 ? step_us : std::min(packet_us_, step_us);
      move_to(sequence, ahead, were_sent(ahead, elapsed_us, step_us));
    } else if (static_cast<uint16_t>(highest_ - sequence) < kWindow) {
      if (done_[sequence % kWindow]) return false;
      done_[sequence % kWindow] = true;
      ++received_;
      return true;
    } else if (restart_likely_ && sequence == restart_at_) {
      // Two in a row (RFC 3550 A.1); the first of them was not expected and counts as nothing.
      cycles_ += sequence < highest_ ? 0x10000 : 0;
      highest_ = sequence;
      ++expected_;
      done_.set();
    } else {
      restart_likely_ = true;
      restart_at_ = static_cast<uint16_t>(sequence + 1);
      return false;
    }
  }
  restart_likely_ = paused_ = false;
  done_[sequence % kWindow] = true;
  ++received_;
  arrival_us_ = std::max(arrival_us_, arrival_us);
  return true;
}

bool Reception::audio(uint16_t sequence, int64_t arrival_us, const MediaClock::Moment& moment, uint32_t clock_rate) {
  if (moment.rejoined) pause();  // where the time begins anew, so may the numbers
  if (!packet(sequence, arrival_us, moment.step_us)) return false;
  note_jitter(moment, arrival_us, clock_rate);
  return true;
}

void Reception::note_jitter(const MediaClock::Moment& moment, int64_t arrival_us, uint32_t clock_rate) {
  if (rate_ != clock_rate) {  // RFC 7160 section 4.1: the jitter of another clock says nothing of this one's units
    jitter_ = jitter_ * clock_rate / rate_;
    have_transit_ = false;
  }
  rate_ = clock_rate;
  // Only the difference of two transits counts, so 32 bits that wrap do no harm.
  const double transit = std::fmod(static_cast<double>(arrival_us) * clock_rate / 1e6, 4294967296.0) -
                         static_cast<double>(moment.timestamp);
  if (have_transit_ && !moment.rejoined) {
    const double change = std::fabs(transit - transit_);
    if (change < 10.0 * clock_rate) jitter_ += (change - jitter_) / 16.0;
  }
  have_transit_ = true;
  transit_ = transit;
}

double Reception::jitter_ms() const { return jitter_ * 1000.0 / rate_; }

uint8_t Reception::fraction_lost_since_last() {
  const uint64_t want = expected_ - expected_before_;
  const uint64_t got = received_ - received_before_;
  expected_before_ = expected_;
  received_before_ = received_;
  if (want == 0 || got >= want) return 0;
  return static_cast<uint8_t>(((want - got) << 8) / want);
}

}  // namespace phone::media
