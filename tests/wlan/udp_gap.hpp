// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace phone::wlan {

// A datagram every 10 ms from a process's network namespace to ours, as a voice stream would be: the longest hole in it
// is what a roam costs the listener.
class UdpGap {
 public:
  // `pid`: in whose namespace it is sent.
  UdpGap(const std::string& pid, const std::string& address, std::uint16_t port);
  ~UdpGap() { stop(); }
  UdpGap(const UdpGap&) = delete;
  UdpGap& operator=(const UdpGap&) = delete;

  unsigned received() const { return received_; }
  // From now on.
  void reset() { longest_us_ = 0; }
  std::chrono::milliseconds longest() const;
  void stop();

 private:
  void send(const std::string& pid, const std::string& address, std::uint16_t port);
  void receive(std::uint16_t port);

  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> received_{0};
  std::atomic<std::int64_t> longest_us_{0};
  std::thread sender_, receiver_;
};

}  // namespace phone::wlan
