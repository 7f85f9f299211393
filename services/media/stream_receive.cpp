// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What arrives on the two ports of a stream.
#include <algorithm>
#include <cstring>

#include "services/media/rtp/packet_counts.hpp"
#include "services/media/stream.hpp"

namespace phone::media {
namespace {

constexpr int kMostPacketsPerTick = 64;  // the kernel keeps the others for the next tick
constexpr int kMostReportsPerRead = 16;
constexpr int64_t kFirstReportUs = 1'000'000;
constexpr int64_t kStraggleUs = 500'000;  // packets of the source before may still come so long after the change

constexpr unsigned kTicksPerReportRead = 5;  // a report comes every few seconds: 100 ms of waiting save system calls

TickTime at_arrival(const TickTime& time, int64_t arrival_us) {
  const auto ago_us = static_cast<uint64_t>(std::max<int64_t>(time.now_us - arrival_us, 0));
  return {.now_us = time.now_us - static_cast<int64_t>(ago_us), .ntp = time.ntp - (ago_us << 32) / 1'000'000};
}

}  // namespace

void Stream::receive(const TickTime& time) {
  if (state_ == State::kUnconfigured) return;
  if (next_report_us_ == 0) next_report_us_ = time.now_us + kFirstReportUs;
  filter(time.now_us);
  Endpoint from;
  int64_t arrival_us = 0;
  for (int i = 0; i < kMostPacketsPerTick; ++i) {
    const size_t size = rtp_.receive(in_, from, arrival_us);
    if (size == 0) break;
    const std::span<const uint8_t> packet = std::span<const uint8_t>(in_).first(size);
    if (looks_like_rtcp(packet)) {
      receive_rtcp(at_arrival(time, arrival_us), packet, from);
    } else {
      receive_rtp(time, packet, from, arrival_us);
    }
  }
  if (++ticks_ % kTicksPerReportRead != 0) return;
  for (int i = 0; i < kMostReportsPerRead; ++i) {
    const size_t size = rtcp_.receive(in_, from, arrival_us);
    if (size == 0) break;
    receive_rtcp(at_arrival(time, arrival_us), std::span<const uint8_t>(in_).first(size), from);
  }
}

Stream::Opened Stream::open(int64_t now_us, std::span<const uint8_t> packet, size_t& size) {
  const Verdict verdict = receiver_->unprotect(packet, plain_, size);
  const bool overlap = previous_ != nullptr && now_us < previous_until_us_;
  if (verdict != Verdict::kUnauthentic || !overlap) return {.verdict = verdict, .by_previous = false};
  return {.verdict = previous_->unprotect(packet, plain_, size), .by_previous = true};
}

void Stream::receive_rtp(const TickTime& time, std::span<const uint8_t> packet, const Endpoint& from,
                         int64_t arrival_us) {
  size_t size = packet.size();
  if (receiver_ != nullptr) {
    const Opened opened = open(time.now_us, packet, size);
    switch (opened.verdict) {
      case Verdict::kOk:
        break;
      case Verdict::kReplay:
        return refuse(counters_.replays, process_counts().replayed);
      case Verdict::kUnauthentic:
        return refuse(counters_.authentication_failures, process_counts().forged);
      case Verdict::kMalformed:
      case Verdict::kTooManySources:
        return refuse(counters_.refused, process_counts().unwanted);
    }
    // A sender that has only the old key does not say where to send.
    if (!opened.by_previous) remote_.authentic(from, arrival_us);
  } else {
    if (!from.same_host(remote_.ordered()) || size > plain_.size())
      return refuse(counters_.refused, process_counts().unwanted);
    std::memcpy(plain_.data(), packet.data(), size);
  }
  const auto parsed = parse_rtp(std::span<const uint8_t>(plain_).first(size));
  if (!parsed || !receives(direction_)) return refuse(counters_.refused, process_counts().unwanted);
  const ReceiveFormat* format = receive_table_.find(parsed->payload_type);
  const bool same_source = reception_.started() && reception_.ssrc() == parsed->ssrc;
  if (format == nullptr) {
    // Not understood, but not lost either.
    if (same_source) reception_.packet(parsed->sequence, arrival_us);
    return refuse(counters_.refused, process_counts().unwanted);
  }
  if (!same_source && !follow(parsed->ssrc, arrival_us)) return;
  count(counters_.packets_received, uint64_t{1});
  count(counters_.bytes_received, uint64_t{packet.size()});
  count(counters_.payload_octets_received, uint64_t{parsed->payload.size()});
  set(counters_.last_received_us, time.now_us);
  set(counters_.receiving_encrypted, receiver_ != nullptr);
  take_payload(*parsed, *format, arrival_us);
  note_reception(arrival_us);
}

// The far end speaks with another source from now on. False for packets of the one before that come behind the change.
bool Stream::follow(uint32_t ssrc, int64_t arrival_us) {
  if (reception_.started()) {
    if (ssrc == source_before_ && arrival_us < source_since_us_ + kStraggleUs) return false;
    source_before_ = reception_.ssrc();
    source_since_us_ = arrival_us;
    lost_before_ += reception_.lost();
    expected_before_ += reception_.expected();
    most_lost_ = missed_ = 0;
    late_before_ = playout_.late();
  }
  reception_.start(ssrc);
  clock_.start(clock_.clock_rate());
  playout_.reset();
  set(counters_.ssrc_received, ssrc);
  return true;
}

void Stream::take_payload(const RtpPacket& packet, const ReceiveFormat& format, int64_t arrival_us) {
  if (format.use == PayloadUse::kEvents) {
    if (!reception_.packet(packet.sequence, arrival_us)) return;
    if (const auto event = parse_event(packet.payload); event && event->end)
      count(counters_.events_received, uint64_t{1});
    return;
  }
  // Another clock begins with the packet that uses it (RFC 7160).
  if (!clock_.started() || clock_.clock_rate() != format.clock_rate) clock_.start(format.clock_rate);
  const MediaClock::Moment moment = clock_.of(packet.sequence, packet.timestamp, arrival_us);
  if (!reception_.audio(packet.sequence, arrival_us, moment, format.clock_rate)) return;
  playout_.put(format, moment.timestamp, packet.payload, arrival_us);
  set(counters_.packets_late, playout_.late());
}

void Stream::note_reception(int64_t arrival_us) {
  if (last_arrival_us_ != 0 && arrival_us > last_arrival_us_) {
    const auto gap = static_cast<uint32_t>((arrival_us - last_arrival_us_) / 1000);
    if (gap > counters_.largest_gap_ms.load(std::memory_order_relaxed)) set(counters_.largest_gap_ms, gap);
  }
  if (last_arrival_us_ == 0) set(counters_.first_received_us, arrival_us);
  last_arrival_us_ = std::max(last_arrival_us_, arrival_us);
  // A late packet lowers the loss of the stream again; the process has counted it.
  const uint64_t lost = reception_.lost();
  if (lost > most_lost_) {
    process_counts().lost.add(lost - most_lost_);
    most_lost_ = lost;
  }
  // Packets missing for the listener, in the order in which that shows.
  const uint64_t missed = lost + playout_.late() - late_before_;
  for (uint64_t one = missed_; one < missed; ++one) bursts_.missing();
  if (missed <= missed_) bursts_.played();
  missed_ = std::max(missed_, missed);
  set(counters_.packets_lost, lost_before_ + lost);
  set(counters_.expected, expected_before_ + reception_.expected());
  set(counters_.jitter_ms, reception_.jitter_ms());
}

// While authentic packets come from one place, packets from elsewhere do not fill the kernel's queue.
void Stream::filter(int64_t now_us) {
  const Endpoint wanted = receiver_ != nullptr ? remote_.filter(now_us) : Endpoint{};
  if (filter_ == wanted) return;
  rtp_.hear_only(wanted);
  filter_ = wanted;
}

// Some far ends never encrypt RTCP: that is counted once, and nothing of it is believed.
bool Stream::is_clear_report(std::span<const uint8_t> packet, const Endpoint& from) const {
  return from.same_host(remote_.ordered()) && parse_rtcp(packet, ssrc_).has_value();
}

void Stream::receive_rtcp(const TickTime& time, std::span<const uint8_t> packet, const Endpoint& from) {
  size_t size = packet.size();
  std::span<const uint8_t> plain = packet;
  if (receiver_ != nullptr) {
    if (receiver_->unprotect_rtcp(packet, plain_, size) != Verdict::kOk) {
      if (!is_clear_report(packet, from)) return refuse(counters_.rtcp_refused, process_counts().rtcp);
      if (!std::exchange(clear_report_counted_, true)) count(counters_.rtcp_refused, uint64_t{1});
      return;
    }
    plain = std::span<const uint8_t>(plain_).first(size);
  } else if (!from.same_host(remote_.ordered())) {
    return refuse(counters_.rtcp_refused, process_counts().rtcp);
  }
  const auto news = parse_rtcp(plain, ssrc_);
  if (!news) return refuse(counters_.rtcp_refused, process_counts().rtcp);
  count(counters_.rtcp_received, uint64_t{1});
  if (news->sender) {
    last_sender_report_ = static_cast<uint32_t>(news->sender->ntp >> 16);
    sender_report_at_us_ = time.now_us;
  }
  if (news->about_us && news->about_us->last_sender_report != 0) {
    const auto now = static_cast<uint32_t>(time.ntp >> 16);
    const auto trip = static_cast<int32_t>(now - news->about_us->last_sender_report - news->about_us->delay_since);
    if (trip >= 0) set(counters_.round_trip_ms, static_cast<uint32_t>(uint64_t(trip) * 1000 >> 16));
  }
}

}  // namespace phone::media
