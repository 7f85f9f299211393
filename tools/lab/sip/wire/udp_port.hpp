// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// SIP over UDP for nonsecure devices: each address that sends is a flow of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <netinet/in.h>

#include "absl/status/status.h"

namespace phone::lab {

class UdpPort {
 public:
  struct Delegate {
    // The flow of an address that has not sent before; its text without the port.
    std::function<uint64_t(const std::string& address)> opened;
    std::function<void(uint64_t flow, const std::string& message)> received;
  };
  UdpPort() = default;
  ~UdpPort() { stop(); }
  UdpPort(const UdpPort&) = delete;
  UdpPort& operator=(const UdpPort&) = delete;

  // `loses_first`: of each request but ACK the first datagram is lost, so that only a sender that repeats it is heard.
  absl::Status start(const std::string& address, uint16_t port, bool loses_first, Delegate delegate);
  uint16_t port() const { return port_; }
  bool owns(uint64_t flow);
  void send(uint64_t flow, const std::string& text);
  void stop();

 private:
  void run();
  bool loses(const std::string& text);

  int socket_ = -1;
  uint16_t port_ = 0;
  bool loses_first_ = false;
  Delegate delegate_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;  // over the maps
  std::map<std::string, uint64_t> flows_;
  std::map<uint64_t, sockaddr_in6> peers_;
  std::set<std::string> seen_;  // branches of requests that were lost once
  std::thread thread_;
};

}  // namespace phone::lab
