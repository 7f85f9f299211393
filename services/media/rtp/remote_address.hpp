// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// remote_address.hpp -- where the packets of a stream go, and whose packets its port accepts. Symmetric RTP: they
// follow the authentic packets of the far end, but only while the address signaling gave is silent.
#pragma once

#include <cstdint>

#include "services/media/rtp/packet_port.hpp"

namespace phone::media {

class RemoteAddress {
 public:
  enum class State : uint8_t {
    kUnproven,  // Nothing authentic has come yet: packets go where signaling says, all are accepted.
    kProven,    // Authentic packets come from where signaling says.
    kFollowed,  // Authentic packets come from elsewhere, and ours go there.
  };

  State state() const { return state_; }
  // Where signaling says. Another address than before forgets what was proven; none() means there is none.
  void set(const Endpoint& ordered);
  const Endpoint& ordered() const { return ordered_; }
  // An authentic packet with the present key.
  void authentic(const Endpoint& from, int64_t arrival_us);

  const Endpoint& destination() const { return state_ == State::kFollowed ? followed_ : ordered_; }
  // Only packets from there are worth queuing now, none(): all are.
  Endpoint filter(int64_t now_us) const;

 private:
  bool silent(int64_t now_us) const;

  State state_ = State::kUnproven;
  Endpoint ordered_;
  Endpoint followed_;
  int64_t heard_us_ = 0;  // the last authentic packet from destination()
};

}  // namespace phone::media
