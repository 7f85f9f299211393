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
constexpr uint32_t kLongestFrames = 5;   // a second holds no fewer: packets of 200 ms

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

void JitterBuffer::reset(uint32_t clock_rate) {
  reset();
  rate_ = clock_rate;
  frame_ = clock_rate / 50;
}

int64_t JitterBuffer::media_us(uint32_t timestamp) const {
  return int64_t{static_cast<int32_t>(timestamp - origin_)} * 1'000'000 / rate_;
}

int64_t JitterBuffer::due_us(uint32_t timestamp, int margin_ms) const {
  return media_us(timestamp) + histogram_.fastest_us() + int64_t{margin_ms} * 1000;
}

uint32_t JitterBuffer::step() const { return std::min(frame_, rate_ / 50); }

JitterBuffer::Slot* JitterBuffer::earliest() {
  Slot* first = nullptr;
  for (Slot& slot : *slots_) {
    if (slot.used && (first == nullptr || static_cast<int32_t>(slot.timestamp - first->timestamp) < 0)) first = &slot;
  }
  return first;
}

JitterBuffer::Slot* JitterBuffer::at(uint32_t timestamp) {
  for (Slot& slot : *slots_) {
    if (slot.used && slot.timestamp - timestamp < step()) return &slot;
  }
  return nullptr;
}

void JitterBuffer::drop(Slot& slot) {
  slot.used = false;
  --held_;
}

JitterBuffer::Put JitterBuffer::put(uint32_t timestamp, uint8_t payload_type, std::span<const uint8_t> payload,
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
    drop(*free);
    ++skipped_;
  }
  free->used = true;
  free->payload_type = payload_type;
  free->timestamp = timestamp;
  free->size = static_cast<uint16_t>(payload.size());
  std::memcpy(free->octets.data(), payload.data(), payload.size());
  ++held_;
  return Put::kKept;
}

// The delay shrinks by a frame.
void JitterBuffer::skip_one() {
  if (Slot* slot = at(next_)) {
    drop(*slot);
    ++skipped_;
  }
  next_ += frame_;
  excess_ = 0;
}

JitterBuffer::Pull JitterBuffer::pull(int64_t now_us) {
  if (!started_) return {};
  if (!playing_) {
    Slot* first = earliest();
    if (first == nullptr || now_us < due_us(first->timestamp, histogram_.target_ms())) return {};
    // What waited in the socket while nothing was played (a restart, a hold) is not worth its delay.
    while (held_ > 1 && now_us - due_us(first->timestamp, histogram_.target_ms()) > int64_t{2 * kFrameMs} * 1000) {
      drop(*first);
      ++skipped_;
      first = earliest();
    }
    playing_ = true;
    next_ = first->timestamp;
    excess_ = 0;
  }
  const int64_t target_us = int64_t{histogram_.target_ms()} * 1000;
  const int64_t frame_us = int64_t{frame_} * 1'000'000 / rate_;
  int64_t delay_us = now_us - due_us(next_, 0);  // of the frame to be played now, beyond the fastest packet
  if (delay_us < target_us && at(next_) == nullptr) return {.kind = Kind::kWait, .payload = {}, .units = step()};
  excess_ = delay_us > target_us + frame_us ? excess_ + 1 : 0;
  const bool hurry = delay_us > target_us + 4 * int64_t{kFrameMs} * 1000 + frame_us;
  if (excess_ >= kPatience || hurry) {
    skip_one();
    delay_us -= frame_us;
  }
  delay_ms_ = static_cast<int>(delay_us / 1000);
  if (Slot* slot = at(next_)) {
    concealed_ = 0;
    drop(*slot);
    next_ = slot->timestamp + frame_;
    return {.kind = Kind::kFrame,
            .payload = std::span<const uint8_t>(slot->octets).first(slot->size),
            .payload_type = slot->payload_type};
  }
  next_ += step();
  if (++concealed_ > kMaxConcealed) {
    reset();
    return {};
  }
  Pull pull{.kind = Kind::kMissing, .payload = {}, .units = step()};
  if (Slot* slot = at(next_)) {
    pull.payload = std::span<const uint8_t>(slot->octets).first(slot->size);
    pull.payload_type = slot->payload_type;
  }
  return pull;
}

void JitterBuffer::played(uint32_t units) {
  if (units == frame_ || units == 0 || units > rate_ / kLongestFrames) return;
  next_ += units - frame_;
  frame_ = units;
}

}  // namespace phone::media
