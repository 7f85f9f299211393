// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/netlink_reader.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "common/os/descriptor.hpp"
#include "services/network_access/link/netlink_message.hpp"

namespace phone::network {
namespace {

constexpr int kDumpPatience = 1000;  // ms

absl::Status failure(const char* what) {
  return absl::UnavailableError(std::string(what) + ": " + std::strerror(errno));
}

// Adds the kernel's answer to the facts. On a socket without change notices, hence nothing is dropped here.
absl::Status dump(const os::Descriptor& socket, int type, const std::string& port, LinkFacts& facts) {
  const std::string request = netlink::dump_request(type, AF_UNSPEC);
  if (send(socket.get(), request.data(), request.size(), 0) < 0) return failure("rtnetlink request");
  std::array<char, netlink::kDatagram> buffer;
  for (;;) {
    pollfd waiting{.fd = socket.get(), .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, kDumpPatience);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return absl::DeadlineExceededError("rtnetlink does not respond");
    const ssize_t got = recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return failure("rtnetlink answer");
    const std::string_view datagram(buffer.data(), static_cast<std::size_t>(got));
    apply_datagram(datagram, port, facts);
    if (ends_dump(datagram)) return absl::OkStatus();
  }
}

}  // namespace

absl::StatusOr<NetlinkReader> NetlinkReader::open(std::string port) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (fd < 0) return failure("rtnetlink socket");
  NetlinkReader reader(fd, std::move(port));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failure("rtnetlink bind");
  if (auto status = reader.read_all(); !status.ok()) return status;
  return reader;
}

NetlinkReader::NetlinkReader(NetlinkReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), port_(std::move(other.port_)), facts_(std::move(other.facts_)) {}

NetlinkReader::~NetlinkReader() {
  if (fd_ >= 0) close(fd_);
}

// The facts stay as they were until all of them have been read.
absl::Status NetlinkReader::read_all() {
  const os::Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return failure("rtnetlink socket");
  LinkFacts all;
  // Links first: addresses are matched by the port's number.
  for (const int type : {RTM_GETLINK, RTM_GETADDR}) {
    if (auto status = dump(socket, type, port_, all); !status.ok()) return status;
  }
  facts_ = std::move(all);
  behind_ = false;
  return absl::OkStatus();
}

bool NetlinkReader::read_changes() {
  const LinkFacts before = facts_;
  std::array<char, netlink::kDatagram> buffer;
  for (int taken = 0; taken < kMostAtOnce; ++taken) {
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got > 0) {
      const bool had_port = facts_.index != 0;
      apply_datagram(std::string_view(buffer.data(), static_cast<std::size_t>(got)), port_, facts_);
      // A port that has just appeared may have addresses that were reported before it.
      behind_ = behind_ || (!had_port && facts_.index != 0);
    } else if (got < 0 && errno == ENOBUFS) {
      behind_ = true;  // changes came faster than they were read
    } else if (got == 0 || errno != EINTR) {
      break;
    }
  }
  if (behind_) (void)read_all();  // when it fails: again with the next change
  return !(facts_ == before);
}

unsigned speed_of(const std::string& port) {
  std::ifstream in("/sys/class/net/" + port + "/speed");
  int speed = 0;
  return in >> speed && speed > 0 ? static_cast<unsigned>(speed) : 0;
}

}  // namespace phone::network
