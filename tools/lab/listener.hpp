// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A TCP listener with one thread per connection; port 0 takes a free one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "absl/status/status.h"

namespace phone::lab {

class Listener {
 public:
  using Handler = std::function<void(int socket, const std::string& peer)>;  // the listener closes the socket after it

  Listener() = default;
  ~Listener() { stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  absl::Status start(const std::string& address, uint16_t port, Handler handler);
  uint16_t port() const { return port_; }
  void stop();  // shuts every connection down and waits for the handlers

 private:
  void accept_loop();
  void serve(int socket, const std::string& peer);

  int socket_ = -1;
  uint16_t port_ = 0;
  Handler handler_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::set<int> open_;
  bool stopping_ = false;
};

}  // namespace phone::lab
