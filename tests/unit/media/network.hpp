// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// network.hpp -- two ends joined by memory, so that a call of minutes takes milliseconds.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "services/media/rtp/packet_port.hpp"

namespace phone::media::testing_network {

struct Datagram {
  std::vector<uint8_t> bytes;
  Endpoint from;
  int64_t arrival_us = 0;
};

class MemoryPort final : public PacketPort {
 public:
  explicit MemoryPort(Endpoint own) : own_(own) {}
  void connect(MemoryPort* peer) { peer_ = peer; }

  size_t receive(std::span<uint8_t> into, Endpoint& from, int64_t& arrival_us) override {
    if (queue.empty() || queue.front().arrival_us > now_us) return 0;
    const Datagram datagram = std::move(queue.front());
    queue.pop_front();
    std::copy(datagram.bytes.begin(), datagram.bytes.end(), into.begin());
    from = datagram.from;
    arrival_us = datagram.arrival_us;
    return datagram.bytes.size();
  }
  bool send(std::span<const uint8_t> packet, const Endpoint& to) override {
    sent.push_back({{packet.begin(), packet.end()}, own_, now_us});
    destinations.push_back(to);
    if (peer_ != nullptr && to == peer_->own_ && !(drop && drop(sent.size()))) {
      peer_->queue.push_back({sent.back().bytes, own_, now_us + delay_us});
    }
    return true;
  }

  int64_t now_us = 0;
  int64_t delay_us = 3000;
  std::function<bool(size_t)> drop;
  std::deque<Datagram> queue;
  std::vector<Datagram> sent;
  std::vector<Endpoint> destinations;

 private:
  Endpoint own_;
  MemoryPort* peer_ = nullptr;
};

}  // namespace phone::media::testing_network
