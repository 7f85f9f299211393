// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/eapol_socket.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "services/network_access/link/frame_filter.hpp"

namespace phone::network {

// All protocols and a filter, since a bridge takes frames away from a port before sockets of one protocol see them.
absl::StatusOr<os::Descriptor> open_eapol_socket(const std::string& port, int buffer) {
  const auto failure = [&] {
    return absl::UnavailableError(absl::StrCat("packets of ", port, ": ", std::strerror(errno)));
  };
  os::Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const unsigned index = if_nametoindex(port.c_str());
  if (!socket || index == 0) return failure();
  FrameProgram filter = only_eapol();
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  const int yes = 1;
  packet_mreq group{};
  group.mr_ifindex = static_cast<int>(index);
  group.mr_type = PACKET_MR_MULTICAST;
  group.mr_alen = static_cast<std::uint16_t>(kPaeGroup.size());
  std::copy(kPaeGroup.begin(), kPaeGroup.end(), group.mr_address);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(index);
  address.sll_protocol = htons(ETH_P_ALL);
  const int fd = socket.get();
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &group, sizeof group) != 0 ||
      (buffer > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) != 0) ||
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return failure();
  }
  return socket;
}

}  // namespace phone::network
