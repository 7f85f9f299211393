// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/netlink_writer.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "common/os/descriptor.hpp"
#include "services/network_access/link/link_facts.hpp"
#include "services/network_access/link/netlink_message.hpp"

namespace phone::network {
namespace {

constexpr timeval kPatience{.tv_sec = 1, .tv_usec = 0};

absl::StatusOr<os::Descriptor> open_socket() {
  os::Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket || setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience) != 0) {
    return absl::UnavailableError(absl::StrCat("rtnetlink: ", std::strerror(errno)));
  }
  return socket;
}

// A message as it is put together: the header, the fixed part, attributes.
class Request {
 public:
  template <class Fixed>
  Request(int type, unsigned flags, const Fixed& fixed) {
    const nlmsghdr header{.nlmsg_len = 0,
                          .nlmsg_type = static_cast<std::uint16_t>(type),
                          .nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags),
                          .nlmsg_seq = 1,
                          .nlmsg_pid = 0};
    append(&header, sizeof header);
    append(&fixed, sizeof fixed);
  }
  void add(unsigned type, std::uint32_t value) {
    const std::size_t start = open(type);
    append(&value, sizeof value);
    close(start);
  }
  void add(unsigned type, const void* content, std::size_t size) {
    const std::size_t start = open(type);
    append(content, size);
    // The length is that of the content, without what fills it up.
    const auto length = static_cast<std::uint16_t>(sizeof(rtattr) + size);
    std::memcpy(bytes_.data() + start, &length, sizeof length);
  }
  void add_address(unsigned type, Ipv4 address) { add(type, htonl(address)); }
  std::size_t open(unsigned type) {
    const std::size_t start = bytes_.size();
    const rtattr header{.rta_len = 0, .rta_type = static_cast<std::uint16_t>(type)};
    append(&header, sizeof header);
    return start;
  }
  void close(std::size_t start) {
    const auto size = static_cast<std::uint16_t>(bytes_.size() - start);
    std::memcpy(bytes_.data() + start, &size, sizeof size);
  }

  // The kernel's error number; 0: done.
  absl::StatusOr<int> run() {
    const auto size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof size);
    const auto socket = open_socket();
    if (!socket.ok()) return socket.status();
    std::array<char, 4096> answer{};
    const ssize_t sent = send(socket->get(), bytes_.data(), bytes_.size(), 0);
    const ssize_t got = sent < 0 ? -1 : recv(socket->get(), answer.data(), answer.size(), 0);
    if (got < 0) return absl::UnavailableError(absl::StrCat("rtnetlink: ", std::strerror(errno)));
    int error = EPROTO;
    netlink::messages(std::string_view(answer.data(), static_cast<std::size_t>(got)),
                      [&](int type, std::string_view body) {
                        const auto told = netlink::read<int>(body);
                        if (type == NLMSG_ERROR && told) error = -*told;
                      });
    return error;
  }

 private:
  void append(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
    bytes_.resize(netlink::aligned(bytes_.size()));
  }
  std::string bytes_;
};

Request address_request(int type, unsigned flags, int port, const InterfaceAddress& address) {
  const ifaddrmsg fixed{.ifa_family = AF_INET,
                        .ifa_prefixlen = static_cast<std::uint8_t>(address.prefix),
                        .ifa_flags = 0,
                        .ifa_scope = RT_SCOPE_UNIVERSE,
                        .ifa_index = static_cast<std::uint32_t>(port)};
  Request request(type, flags, fixed);
  request.add_address(IFA_LOCAL, address.address);
  request.add_address(IFA_ADDRESS, address.address);
  if (type == RTM_NEWADDR && address.prefix < 31) {
    request.add_address(IFA_BROADCAST,
                        address.address | (address.prefix == 0 ? kBroadcast : kBroadcast >> address.prefix));
  }
  return request;
}

Request address6_request(int type, unsigned flags, int port, const std::array<std::uint8_t, 16>& address) {
  const ifaddrmsg fixed{.ifa_family = AF_INET6,
                        .ifa_prefixlen = 128,
                        .ifa_flags = 0,
                        .ifa_scope = RT_SCOPE_UNIVERSE,
                        .ifa_index = static_cast<std::uint32_t>(port)};
  Request request(type, flags, fixed);
  request.add(IFA_LOCAL, address.data(), address.size());
  request.add(IFA_ADDRESS, address.data(), address.size());
  return request;
}

Request route_request(int type, unsigned flags, int port, const Route& route, Ipv4 source, bool onlink) {
  const rtmsg fixed{.rtm_family = AF_INET,
                    .rtm_dst_len = static_cast<std::uint8_t>(route.prefix),
                    .rtm_src_len = 0,
                    .rtm_tos = 0,
                    .rtm_table = RT_TABLE_MAIN,
                    .rtm_protocol = RTPROT_DHCP,
                    .rtm_scope = static_cast<std::uint8_t>(route.gateway == 0 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE),
                    .rtm_type = RTN_UNICAST,
                    .rtm_flags = onlink ? static_cast<std::uint32_t>(RTNH_F_ONLINK) : 0U};
  Request request(type, flags, fixed);
  if (route.prefix != 0) request.add_address(RTA_DST, route.destination);
  if (route.gateway != 0) request.add_address(RTA_GATEWAY, route.gateway);
  if (source != 0) request.add_address(RTA_PREFSRC, source);
  request.add(RTA_OIF, static_cast<std::uint32_t>(port));
  return request;
}

absl::Status done(absl::StatusOr<int> error, const std::string& what, std::initializer_list<int> fine = {}) {
  if (!error.ok()) return error.status();
  if (*error == 0) return absl::OkStatus();
  for (const int one : fine) {
    if (*error == one) return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat(what, ": ", std::strerror(*error)));
}

std::string text_of(const InterfaceAddress& address) {
  return absl::StrCat(text_of_ipv4(address.address), "/", address.prefix);
}

struct StepTaker {
  int port;
  absl::Status operator()(const AddAddress& step) const {
    return done(address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, port, step.address).run(),
                absl::StrCat("setting the address ", text_of(step.address)), {EEXIST});
  }
  absl::Status operator()(const DeleteAddress& step) const {
    return done(address_request(RTM_DELADDR, 0, port, step.address).run(),
                absl::StrCat("removing the address ", text_of(step.address)), {EADDRNOTAVAIL, ENODEV});
  }
  absl::Status operator()(const AddRoute& step) const {
    return done(
        route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, port, step.route, step.source, step.onlink).run(),
        absl::StrCat("setting the route ", network::text_of(step.route)), {EEXIST});
  }
  absl::Status operator()(const DeleteRoute& step) const {
    return done(route_request(RTM_DELROUTE, 0, port, step.route, 0, false).run(),
                absl::StrCat("removing the route ", network::text_of(step.route)), {ESRCH, ENODEV});
  }
};

}  // namespace

absl::Status set_inet(const std::string& port, const std::vector<std::array<std::uint32_t, 2>>& settings) {
  const unsigned index = if_nametoindex(port.c_str());
  if (index == 0) return absl::NotFoundError(absl::StrCat("there is no network interface ", port));
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(index);
  // IFLA_AF_SPEC { AF_INET { IFLA_INET_CONF { number = value, ... } } }
  Request request(RTM_SETLINK, 0, fixed);
  const std::size_t spec = request.open(IFLA_AF_SPEC | NLA_F_NESTED);
  const std::size_t inet = request.open(AF_INET | NLA_F_NESTED);
  const std::size_t conf = request.open(IFLA_INET_CONF | NLA_F_NESTED);
  for (const auto& [number, value] : settings) request.add(number, value);
  for (const std::size_t start : {conf, inet, spec}) request.close(start);
  return done(request.run(), absl::StrCat("settings of ", port));
}

absl::Status set_address6(int port, const std::array<std::uint8_t, 16>& address, std::uint32_t preferred,
                          std::uint32_t valid) {
  Request request = address6_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, port, address);
  ifa_cacheinfo lifetimes{};
  lifetimes.ifa_prefered = preferred;
  lifetimes.ifa_valid = valid;
  request.add(IFA_CACHEINFO, &lifetimes, sizeof lifetimes);
  return done(request.run(), "setting an IPv6 address", {EEXIST});
}

absl::Status remove_address6(int port, const std::array<std::uint8_t, 16>& address) {
  return done(address6_request(RTM_DELADDR, 0, port, address).run(), "removing an IPv6 address",
              {EADDRNOTAVAIL, ENODEV});
}

absl::Status take_step(int port, const KernelStep& step) { return std::visit(StepTaker{port}, step); }

absl::StatusOr<KernelState> kernel_state(int port) {
  const auto socket = open_socket();
  if (!socket.ok()) return socket.status();
  KernelState state;
  std::array<char, netlink::kDatagram> buffer;
  for (const auto& [type, family] :
       {std::pair{RTM_GETLINK, AF_UNSPEC}, std::pair{RTM_GETADDR, AF_INET}, std::pair{RTM_GETROUTE, AF_INET}}) {
    const std::string request = netlink::dump_request(type, family);
    bool ended = send(socket->get(), request.data(), request.size(), 0) < 0;
    if (ended) return absl::UnavailableError(absl::StrCat("rtnetlink: ", std::strerror(errno)));
    while (!ended) {
      const ssize_t got = recv(socket->get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return absl::UnavailableError(absl::StrCat("rtnetlink: ", std::strerror(errno)));
      const std::string_view datagram(buffer.data(), static_cast<std::size_t>(got));
      apply_dump(datagram, port, state);
      ended = ends_dump(datagram);
    }
  }
  return state;
}

}  // namespace phone::network
