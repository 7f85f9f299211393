// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/wire.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace phone::rig {
namespace {

uint32_t word(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | uint32_t{at[3]};
}

// A network namespace belongs to the thread, and a socket to the one it was made in.
int socket_beside(const std::string& pid) {
  int made = -1;
  std::thread([&] {
    const int space = open(absl::StrCat("/proc/", pid, "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
    if (space < 0) return;
    if (setns(space, CLONE_NEWNET) == 0) made = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
    close(space);
  }).join();
  return made;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Wire>> Wire::tap(const Phone& phone, size_t rtcp_tag) {
  const int made = socket_beside(phone.beside_pid());
  if (made < 0) return absl::ErrnoToStatus(errno, "a socket beside the phone");
  std::unique_ptr<Wire> wire(new Wire(made));
  const int on = 1;
  const int room = 4 << 20;
  setsockopt(made, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(made, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  wire->rtcp_tag_ = rtcp_tag;
  wire->thread_ = std::thread([taps = wire.get()] { taps->listen(); });
  return wire;
}

Wire::~Wire() {
  ends_ = true;
  if (thread_.joinable()) thread_.join();
  close(socket_);
}

void Wire::listen() {
  while (!ends_) {
    pollfd waiting{socket_, POLLIN, 0};
    if (poll(&waiting, 1, 50) <= 0) continue;
    uint8_t bytes[2048];
    iovec part{bytes, sizeof bytes};
    alignas(cmsghdr) char control[128];
    sockaddr_ll side{};
    msghdr message{};
    message.msg_name = &side;
    message.msg_namelen = sizeof side;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = recvmsg(socket_, &message, MSG_DONTWAIT);
    if (size <= 0) continue;
    absl::Time at = absl::Now();
    for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
      if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_TIMESTAMPNS) continue;
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(one), sizeof stamp);
      at = absl::TimeFromTimespec(stamp);
    }
    take(bytes, static_cast<size_t>(size), at, side.sll_pkttype != PACKET_OUTGOING);
  }
}

// IPv4, UDP, RTP version 2; anything else is ignored.
void Wire::take(const uint8_t* bytes, size_t size, absl::Time at, bool to) {
  if (size < 20 || bytes[0] >> 4 != 4 || bytes[9] != IPPROTO_UDP) return;
  const size_t header = size_t{bytes[0] & 15U} * 4;
  if (size < header + 8 + 12) return;
  const uint8_t* rtp = bytes + header + 8;
  const size_t left = size - header - 8;
  if (rtp[0] >> 6 != 2) return;
  const bool rtcp = rtp[1] >= 192 && rtp[1] <= 223;  // RFC 5761 section 4
  if (rtcp && left < 12 + rtcp_tag_) return;
  const Packet packet{.at = at,
                      .from = to ? From::kPhone : From::kFarEnd,
                      .rtcp = rtcp,
                      .ssrc = word(rtp + (rtcp ? 4 : 8)),
                      .index = rtcp ? word(rtp + left - rtcp_tag_ - 4) : word(rtp) & 0xffff};
  const std::lock_guard lock(mutex_);
  packets_.push_back(packet);
}

size_t Wire::packets(From from, absl::Time since) const {
  const std::lock_guard lock(mutex_);
  size_t count = 0;
  for (const Packet& one : packets_) count += one.from == from && !one.rtcp && one.at >= since ? 1 : 0;
  return count;
}

absl::Duration Wire::largest_gap(From from, absl::Time since) const {
  const std::lock_guard lock(mutex_);
  absl::Time last = since;
  absl::Duration largest;
  for (const Packet& one : packets_) {
    if (one.from != from || one.rtcp || one.at < since) continue;
    largest = std::max(largest, one.at - last);
    last = one.at;
  }
  return std::max(largest, absl::Now() - last);
}

size_t Wire::missing(From from, absl::Time since) const {
  const std::lock_guard lock(mutex_);
  std::map<uint32_t, std::pair<uint32_t, size_t>> seen;  // source: highest extended, how many
  std::map<uint32_t, uint32_t> first;
  for (const Packet& one : packets_) {
    if (one.from != from || one.rtcp || one.at < since) continue;
    auto [at, fresh] = seen.try_emplace(one.ssrc, one.index, 0);
    if (fresh) first[one.ssrc] = one.index;
    const auto step = static_cast<int16_t>(one.index - (at->second.first & 0xffff));
    if (step > 0) at->second.first += static_cast<uint32_t>(step);
    ++at->second.second;
  }
  size_t missing = 0;
  for (const auto& [ssrc, source] : seen) {
    const size_t expected = source.first - first[ssrc] + 1;
    missing += expected - std::min(expected, source.second);
  }
  return missing;
}

absl::Time Wire::first_after(From from, absl::Time then) const {
  const std::lock_guard lock(mutex_);
  for (const Packet& one : packets_) {
    if (one.from == from && !one.rtcp && one.at > then) return one.at;
  }
  return absl::InfiniteFuture();
}

size_t Wire::sources(From from) const {
  const std::lock_guard lock(mutex_);
  std::set<uint32_t> all;
  for (const Packet& one : packets_) {
    if (one.from == from && !one.rtcp) all.insert(one.ssrc);
  }
  return all.size();
}

size_t Wire::repeated(From from) const {
  const std::lock_guard lock(mutex_);
  size_t repeated = 0;
  std::map<uint32_t, uint32_t> highest;  // extended sequence number of each source
  std::set<std::tuple<bool, uint32_t, uint32_t>> used;
  for (const Packet& one : packets_) {
    if (one.from != from) continue;
    uint32_t index = one.index;
    if (!one.rtcp) {
      auto [at, fresh] = highest.try_emplace(one.ssrc, one.index + 0x10000);
      const auto step = static_cast<int16_t>(one.index - (at->second & 0xffff));
      index = at->second + static_cast<uint32_t>(static_cast<int32_t>(step));
      at->second = std::max(at->second, index);
      static_cast<void>(fresh);
    }
    repeated += used.emplace(one.rtcp, one.ssrc, index).second ? 0 : 1;
  }
  return repeated;
}

}  // namespace phone::rig
