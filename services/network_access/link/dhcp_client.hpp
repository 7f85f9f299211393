// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "absl/status/status.h"

namespace phone::network {

// busybox's udhcpc as a child of ours. Its script writes the lease to `lease_file`; it ends when we do.
class DhcpClient {
 public:
  struct Command {
    std::filesystem::path program;
    std::filesystem::path script;
    std::filesystem::path lease_file;
    std::string port;
  };

  explicit DhcpClient(Command command) : command_(std::move(command)) {}
  ~DhcpClient() { stop(); }
  DhcpClient(const DhcpClient&) = delete;
  DhcpClient& operator=(const DhcpClient&) = delete;

  // Of the next start().
  void use(const std::string& port) { command_.port = port; }
  absl::Status start();
  // Readable once the child has ended; -1 when there is none.
  int fd() const { return pidfd_; }
  // After fd() was readable.
  void reap();
  // Asks the server again, as after the cable came back.
  void renew();
  void stop();

 private:
  Command command_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
};

}  // namespace phone::network
