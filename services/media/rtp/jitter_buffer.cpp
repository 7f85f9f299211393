// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/jitter_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace phone::media {
namespace {

constexpr double kQuantile = 0.99;
constexpr double kForget = 0.998;
constexpr int64_t kHalfWindowUs = 1'000'000;
constexpr int kFrameMs = 20;
constexpr int kPatience = 25;            // frames the delay must be too long before one is left out
constexpr int64_t kJumpMs = 2000;        // a timestamp further away is a new start
constexpr uint32_t kMaxConcealed = 250;  // 5 s without a packet: start over with the next

}  // namespace

DelayHistogram::DelayHistogram() { reset(); }

void DelayHistogram::reset() {
  weight_.fill(0);
  total_ = 0;
  target_ms_ = kFrameMs / 2;
  any_ = false;
}

void DelayHistogram::add(int64_t transit_us, int64_t now_us) {
  if (!any_) {
    any_ = true;
    halves_[0] = halves_[1] = transit_us;
    half_began_ = now_us;
  }
  if (now_us - half_began_ >= kHalfWindowUs) {
    halves_[0] = halves_[1];
    halves_[1] = transit_us;
    half_began_ = now_us;
  }
  halves_[1] = std::min(halves_[1], transit_us);
  fastest_ = std::min(halves_[0], halves_[1]);

  const int64_t relative_ms = (transit_us - fastest_) / 1000;
  const auto bucket = static_cast<size_t>(std::clamp<int64_t>(relative_ms / kBucketMs, 0, kBuckets - 1));
  total_ = total_ * kForget + 1;
  double below = 0;
  int quantile = kBuckets;
  for (size_t i = 0; i < weight_.size(); ++i) {
    weight_[i] = weight_[i] * kForget + (i == bucket ? 1 : 0);
    below += weight_[i];
    if (quantile == kBuckets && below >= kQuantile * total_) quantile = static_cast<int>(i) + 1;
  }
  target_ms_ = quantile * kBucketMs;
}

JitterBuffer::JitterBuffer(uint32_t clock_rate)
    : rate_(clock_rate), frame_(clock_rate / 50), slots_(std::make_unique<std::array<Slot, kSlots>>()) {}

void JitterBuffer::reset() {
  for (Slot& slot : *slots_) slot.used = false;
  held_ = 0;
  started_ = playing_ = false;
  concealed_ = 0;
  excess_ = 0;
  histogram_.reset();
}

int64_t JitterBuffer::media_us(uint32_t timestamp) const {
  return int64_t{static_cast<int32_t>(timestamp - origin_)} * 1'000'000 / rate_;
}

int64_t JitterBuffer::due_us(uint32_t timestamp, int margin_ms) const {
  return media_us(timestamp) + histogram_.fastest_us() + int64_t{margin_ms} * 1000;
}

JitterBuffer::Slot* JitterBuffer::earliest() {
  Slot* first = nullptr;
  for (Slot& slot : *slots_) {
    if (slot.used && (first == nullptr || static_cast<int32_t>(slot.timestamp - first->timestamp) < 0)) first = &slot;
  }
  return first;
}

JitterBuffer::Slot* JitterBuffer::at(uint32_t timestamp) {
  for (Slot& slot : *slots_) {
    if (slot.used && slot.timestamp - timestamp < frame_) return &slot;
  }
  return nullptr;
}

JitterBuffer::Put JitterBuffer::put(uint16_t sequence, uint32_t timestamp, std::span<const uint8_t> payload,
                                    int64_t arrival_us) {
  if (payload.empty() || payload.size() > kMaxPayloadOctets) return Put::kFull;
  if (started_) {
    const int64_t ahead_ms = int64_t{static_cast<int32_t>(timestamp - next_)} * 1000 / rate_;
    if (playing_ && (ahead_ms > kJumpMs || ahead_ms < -kJumpMs)) reset();
  }
  if (!started_) {
    started_ = true;
    origin_ = next_ = timestamp;
  }
  histogram_.add(arrival_us - media_us(timestamp), arrival_us);
  if (playing_ && static_cast<int32_t>(timestamp - next_) < 0) {
    ++late_;
    return Put::kLate;
  }
  Slot* free = nullptr;
  for (Slot& slot : *slots_) {
    if (slot.used && slot.timestamp == timestamp) return Put::kDuplicate;
    if (!slot.used) free = &slot;
  }
  if (free == nullptr) {  // full: the oldest is dropped, so that the delay stays bounded
    free = earliest();
    --held_;
    ++skipped_;
  }
  free->used = true;
  free->sequence = sequence;
  free->timestamp = timestamp;
  free->size = static_cast<uint16_t>(payload.size());
  std::memcpy(free->octets.data(), payload.data(), payload.size());
  ++held_;
  return Put::kKept;
}

JitterBuffer::Pull JitterBuffer::pull(int64_t now_us) {
  if (!started_) return {};
  if (!playing_) {
    Slot* first = earliest();
    if (first == nullptr || now_us < due_us(first->timestamp, histogram_.target_ms())) return {};
    // What waited in the socket while nothing was played (a restart, a hold) is not worth its delay.
    while (held_ > 1 && now_us - due_us(first->timestamp, histogram_.target_ms()) > int64_t{2 * kFrameMs} * 1000) {
      first->used = false;
      --held_;
      ++skipped_;
      first = earliest();
    }
    playing_ = true;
    next_ = first->timestamp;
    excess_ = 0;
  }
  const int64_t target_us = int64_t{histogram_.target_ms()} * 1000;
  int64_t delay_us = now_us - due_us(next_, 0);  // of the frame to be played now, beyond the fastest packet
  if (delay_us < target_us && at(next_) == nullptr) {
    return {.kind = Kind::kWait, .payload = {}};
  }
  excess_ = delay_us > target_us + kFrameMs * 1000 ? excess_ + 1 : 0;
  const bool hurry = delay_us > target_us + int64_t{5 * kFrameMs} * 1000;
  if (excess_ >= kPatience || hurry) {
    if (Slot* slot = at(next_)) {
      slot->used = false;
      --held_;
      ++skipped_;
    }
    next_ += frame_;
    delay_us -= kFrameMs * 1000;
    excess_ = 0;
  }
  delay_ms_ = static_cast<int>(delay_us / 1000);
  if (Slot* slot = at(next_)) {
    concealed_ = 0;
    slot->used = false;
    --held_;
    next_ = slot->timestamp + frame_;
    return {.kind = Kind::kFrame, .payload = std::span<const uint8_t>(slot->octets).first(slot->size)};
  }
  next_ += frame_;
  if (++concealed_ > kMaxConcealed) {
    const uint64_t late = late_;
    reset();
    late_ = late;
    return {};
  }
  Pull pull{.kind = Kind::kMissing, .payload = {}};
  if (Slot* slot = at(next_)) pull.payload = std::span<const uint8_t>(slot->octets).first(slot->size);
  return pull;
}

void JitterBuffer::played(uint32_t units) {
  if (units == frame_ || units == 0 || units > rate_ / 8) return;
  next_ += units - frame_;
  frame_ = units;
}

}  // namespace phone::media
