#include "services/network_access/netlink_reader.hpp"

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

namespace phone::network {
namespace {

constexpr std::size_t kDatagram = 32 * 1024;  // the kernel's own limit for dumps
constexpr int kDumpPatience = 1000;           // ms

absl::Status failure(const char* what) {
  return absl::UnavailableError(std::string(what) + ": " + std::strerror(errno));
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
  if (auto status = reader.dump(); !status.ok()) return status;
  return reader;
}

NetlinkReader::NetlinkReader(NetlinkReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), port_(std::move(other.port_)), facts_(std::move(other.facts_)) {}

NetlinkReader::~NetlinkReader() {
  if (fd_ >= 0) close(fd_);
}

absl::Status NetlinkReader::dump() {
  facts_ = LinkFacts();
  if (auto status = dump(RTM_GETLINK); !status.ok()) return status;
  return dump(RTM_GETADDR);
}

absl::Status NetlinkReader::dump(int type) {
  struct {
    nlmsghdr header;
    rtgenmsg body;
  } request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body);
  request.header.nlmsg_type = static_cast<std::uint16_t>(type);
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.rtgen_family = AF_UNSPEC;
  if (send(fd_, &request, request.header.nlmsg_len, 0) < 0) return failure("rtnetlink request");
  std::array<char, kDatagram> buffer;
  for (;;) {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, kDumpPatience) <= 0) return absl::DeadlineExceededError("rtnetlink does not answer");
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return failure("rtnetlink answer");
    const std::string_view datagram(buffer.data(), static_cast<std::size_t>(got));
    apply_datagram(datagram, port_, facts_);
    if (ends_dump(datagram)) return absl::OkStatus();
  }
}

bool NetlinkReader::read_changes() {
  const LinkFacts before = facts_;
  std::array<char, kDatagram> buffer;
  for (;;) {
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got > 0) {
      apply_datagram(std::string_view(buffer.data(), static_cast<std::size_t>(got)), port_, facts_);
      // A port that has just appeared may have addresses that were told before it.
      if (before.index == 0 && facts_.index != 0 && !dump().ok()) break;
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    // Changes came faster than they were read: ask for everything again.
    if (got < 0 && errno == ENOBUFS && dump().ok()) continue;
    break;
  }
  return !(facts_ == before);
}

unsigned speed_of(const std::string& port) {
  std::ifstream in("/sys/class/net/" + port + "/speed");
  int speed = 0;
  return in >> speed && speed > 0 ? static_cast<unsigned>(speed) : 0;
}

}  // namespace phone::network
