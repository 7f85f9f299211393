// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <thread>

#include "common/http/fetch.hpp"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"
#include "services/download/cancellation.hpp"

namespace phone::download {

// Accepts callers and gives each a thread for its one exchange, which blocks in curl and in getaddrinfo. Sees a caller
// hang up and cancels its exchange. More than `most` wait in the socket's queue.
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

  // Once. Returns when there was no caller for the idle time, or after stop(). A caller of that moment stays in the
  // socket's queue, for the process that the supervisor starts next.
  void run();
  void stop() { loop_.stop(); }  // from any thread

 private:
  struct Session {
    os::Descriptor fd;
    Cancellation cancellation;
    std::optional<os::Watch> hang_up;
    std::thread thread;
  };
  void admit(std::uint32_t events);
  void finish(std::list<Session>::iterator session);
  void leave();
  void tick();

  os::EventLoop loop_;
  const os::Descriptor listening_;
  const http::Fetch fetch_;
  const Limits limits_;
  const std::function<void()> alive_;
  std::list<Session> sessions_;
  std::optional<os::Watch> accept_;
  os::Timer idle_;
  os::Timer tick_;
};

}  // namespace phone::download
