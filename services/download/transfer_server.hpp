// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <thread>

#include "common/http/fetch.hpp"
#include "common/mesh/listen/listener.hpp"

namespace phone::download {

// Accepts callers and gives each a thread for its one exchange. Sees a caller leave and cancels what it wanted. More
// than `most` wait in the socket's queue.
class TransferServer {
 public:
  struct Limits {
    std::size_t most = 4;
    std::chrono::milliseconds idle{0};  // 0: never leaves
    std::chrono::milliseconds tick{0};  // how often `alive` is called; 0: never
  };
  TransferServer(os::Descriptor listening, http::Fetch fetch, Limits limits, std::function<void()> alive = {});
  TransferServer(const TransferServer&) = delete;
  TransferServer& operator=(const TransferServer&) = delete;
  ~TransferServer();

  // Returns when nobody has been served for the idle time, or after stop(). Who comes just then stays in the socket's
  // queue, for the process that the supervisor starts for him.
  void run();
  void stop();  // from any thread

 private:
  struct Session {
    os::Descriptor fd;
    std::atomic<bool> gone = false;  // nobody waits for the result any more
    std::atomic<bool> served = false;
    std::thread thread;
  };
  void admit();
  void cancel_sessions();  // to those who are served
  bool wait();             // false: it is over

  const os::Descriptor listening_;
  const http::Fetch fetch_;
  const Limits limits_;
  const std::function<void()> alive_;
  const os::Descriptor wake_;
  std::atomic<bool> stopped_ = false;
  std::list<Session> sessions_;
  std::chrono::steady_clock::time_point busy_until_;
};

}  // namespace phone::download
