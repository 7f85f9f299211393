// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/network_access/link/link_facts.hpp"

namespace phone::network {

// The rtnetlink socket of one port: a dump first, then every change. One thread.
class NetlinkReader {
 public:
  // Datagrams that one read_changes() takes; of a flood the rest waits for the next one, and the thread's other
  // descriptors do not.
  static constexpr int kMostAtOnce = 64;

  static absl::StatusOr<NetlinkReader> open(std::string port);
  NetlinkReader(NetlinkReader&& other) noexcept;
  NetlinkReader& operator=(NetlinkReader&&) = delete;
  ~NetlinkReader();

  int fd() const { return fd_; }
  // Reads pending changes. When the kernel says that it dropped some, everything is read again. True when the facts
  // changed.
  bool read_changes();
  const LinkFacts& facts() const { return facts_; }

 private:
  NetlinkReader(int fd, std::string port) : fd_(fd), port_(std::move(port)) {}
  absl::Status read_all();

  int fd_;
  std::string port_;
  LinkFacts facts_;
  bool behind_ = false;  // changes were dropped, and not everything has been read since
};

// Megabits a second as sysfs has it; 0 when the port has no fixed one.
unsigned speed_of(const std::string& port);

}  // namespace phone::network
