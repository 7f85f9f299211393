#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/network_access/link_facts.hpp"

namespace phone::network {

// The rtnetlink socket of one port: a dump first, then every change. One thread.
class NetlinkReader {
 public:
  static absl::StatusOr<NetlinkReader> open(std::string port);
  NetlinkReader(NetlinkReader&& other) noexcept;
  NetlinkReader& operator=(NetlinkReader&&) = delete;
  ~NetlinkReader();

  int fd() const { return fd_; }
  // Reads what has come, without blocking. True when the facts changed.
  bool read_changes();
  const LinkFacts& facts() const { return facts_; }

 private:
  NetlinkReader(int fd, std::string port) : fd_(fd), port_(std::move(port)) {}
  // Links first: addresses are matched by the port's number.
  absl::Status dump();
  absl::Status dump(int type);

  int fd_;
  std::string port_;
  LinkFacts facts_;
};

// Megabits a second as sysfs has it; 0 when the port has no fixed one.
unsigned speed_of(const std::string& port);

}  // namespace phone::network
