// listener.hpp -- descriptors given by the supervisor, descriptors of our own, and a thread that accepts.
#pragma once

#include <absl/status/statusor.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/os/descriptor.hpp"

namespace phone::mesh {

// Growing the descriptor table of a threaded process waits for RCU, 15 ms on a first connection; so grow it before the
// first thread.
void reserve_descriptors();

absl::StatusOr<os::Descriptor> listen_unix(const std::filesystem::path& path);
// Port 0 takes any free one.
absl::StatusOr<os::Descriptor> listen_tcp(const std::string& address, uint16_t port);
absl::StatusOr<uint16_t> local_port(int fd);

// Accepts until stopped; `take` owns the connection. The listening socket itself stays open for the next process.
class Listener {
 public:
  Listener(os::Descriptor listening, std::function<void(os::Descriptor)> take);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { stop(); }
  void stop();
  int fd() const { return listening_.get(); }

 private:
  void run();
  const os::Descriptor listening_;
  const os::Descriptor wake_;
  const std::function<void(os::Descriptor)> take_;
  std::thread thread_;
};

// Which of the connections handed on are still open: gRPC owns the descriptor and tells nobody when it closes it, but a
// socket's inode is its own as long as it lives.
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
