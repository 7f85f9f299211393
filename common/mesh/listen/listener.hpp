// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// listener.hpp -- descriptors given by the supervisor, descriptors of our own, and the listener that accepts on them.
#pragma once

#include <absl/status/statusor.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"

namespace phone::mesh {

// Growing the descriptor table of a threaded process waits for RCU, 15 ms on a first connection; so grow it before the
// first thread.
void reserve_descriptors();

absl::StatusOr<os::Descriptor> listen_unix(const std::filesystem::path& path);
// Port 0 takes any free one.
absl::StatusOr<os::Descriptor> listen_tcp(const std::string& address, uint16_t port);
absl::StatusOr<uint16_t> local_port(int fd);

// Accepts until stopped; `take` owns the connection and runs on the loop. The listening socket itself stays open for
// the next process.
class Listener {
 public:
  Listener(os::EventLoop& loop, os::Descriptor listening, std::function<void(os::Descriptor)> take);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { stop(); }
  // `take` does not run after it. From any thread.
  void stop();
  int fd() const { return listening_.get(); }

 private:
  void accept(uint32_t events);
  os::EventLoop& loop_;
  const os::Descriptor listening_;
  const std::function<void(os::Descriptor)> take_;
  os::Timer again_;
  std::optional<os::Watch> watch_;  // the loop's own; none once stopped
};

// Which of the connections handed on are still open: gRPC owns the descriptor and does not report that it has closed
// it, but a socket's inode is unique as long as it lives.
class OpenConnections {
 public:
  size_t count();  // forgets the closed ones
  void add(int fd);

 private:
  struct Connection {
    int fd;
    unsigned long inode;
  };
  std::vector<Connection> connections_;
};

}  // namespace phone::mesh
