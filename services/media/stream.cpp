// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream.hpp"

#include <algorithm>

#include "services/media/rtp/packet_counts.hpp"

namespace phone::media {
namespace {

constexpr int64_t kKeyOverlapUs = 2'000'000;

}  // namespace

Stream::Stream(PacketPort& rtp, PacketPort& rtcp, LiveRecord* record, std::string cname)
    : rtp_(rtp), rtcp_(rtcp), record_(record), cname_(std::move(cname)) {
  process_counts();
  if (record_ != nullptr) live_ = record_->read().value_or(LiveState{});
}

void Stream::apply(StreamSetup& setup, int64_t now_us) {
  if (setup.forget_previous) {
    std::swap(previous_, setup.previous_receiver);
    return;
  }
  const bool elsewhere = state_ != State::kUnconfigured && !(setup.remote == remote_.ordered());
  remote_.set(setup.remote);
  rtcp_port_ = setup.rtcp_port;
  rtcp_mux_ = setup.rtcp_mux;
  receive_table_ = setup.receive;
  outgoing_.configure(setup);
  playout_.take(setup.jitter, setup.decoders);
  if (receives(direction_) != receives(setup.direction)) {
    // What was still to be played is out of date when the far end is heard again, and what it sends meanwhile is not
    // lost.
    playout_.reset();
    reception_.pause();
  }
  direction_ = setup.direction;
  if (setup.replace_sender) {
    std::swap(sender_, setup.sender);
    ssrc_ = setup.ssrc;
    outgoing_.start(setup.first_sequence, setup.first_timestamp);
    sent_packets_ = sent_octets_ = 0;
    state_ = State::kSilent;
    set(counters_.ssrc_sent, ssrc_);
  }
  if (setup.replace_receiver) {
    std::swap(previous_, setup.previous_receiver);
    std::swap(receiver_, setup.receiver);
    // Packets of the same far end that are still on their way are heard; the key of another is over at once.
    if (!elsewhere) previous_ = std::move(setup.receiver);
    previous_until_us_ = now_us + kKeyOverlapUs;
    receive_fingerprint_ = setup.receive_fingerprint;
  }
  if (state_ == State::kUnconfigured) state_ = State::kSilent;
}

void Stream::set_focus(FocusState focus) {
  if (live_.focus == FocusState::kHolds && focus != FocusState::kHolds) outgoing_.forget();
  live_.focus = focus;
  record();
}

void Stream::play(const TickTime& time, std::span<int16_t> mix) {
  if (!receives(direction_) || !playout_.ready()) return;
  playout_.play(receive_table_, time.now_us, mix);
  set(counters_.concealed, playout_.concealed());
  set(counters_.playout_delay_ms, static_cast<uint32_t>(std::max(playout_.delay_ms(), 0)));
  if (const auto codec = playout_.codec()) set(counters_.codec_received, static_cast<uint8_t>(*codec) + 1U);
}

void Stream::record() {
  if (sender_ != nullptr) live_.transmit = sender_->state();
  if (receiver_ != nullptr) {
    live_.receive = receiver_->state();
    live_.receive_fingerprint = receive_fingerprint_;
    for (uint32_t i = 0; i < live_.receive.sources; ++i) {
      if (live_.receive.source[i].ssrc == reception_.ssrc())
        set(counters_.index_received, live_.receive.source[i].index);
    }
  }
  if (record_ != nullptr) record_->write(live_);
}

void Stream::note_changes() {
  const auto flags =
      static_cast<uint8_t>((counters_.sending_encrypted ? 1 : 0) | (counters_.receiving_encrypted ? 2 : 0) |
                           (counters_.packets_sent != 0 ? 4 : 0) | (counters_.packets_received != 0 ? 8 : 0));
  changed_ = changed_ || flags != notable_;
  notable_ = flags;
}

}  // namespace phone::media
