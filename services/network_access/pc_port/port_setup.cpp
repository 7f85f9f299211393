// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/pc_port/port_setup.hpp"

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/os/descriptor.hpp"
#include "services/network_access/link/frame_filter.hpp"
#include "services/network_access/link/run_tool.hpp"

namespace phone::network {
namespace {

bool there(const std::string& port) { return if_nametoindex(port.c_str()) != 0; }

absl::Status run_all(const std::vector<std::vector<std::string>>& commands) {
  for (const auto& words : commands) {
    if (auto done = run_tool(words); !done.ok()) return done;
  }
  return absl::OkStatus();
}

// By rtnetlink, since /proc/sys is read-only for us.
absl::Status set_inet(const std::string& port, const std::vector<std::array<std::uint32_t, 2>>& settings) {
  struct {
    nlmsghdr header;
    ifinfomsg body;
    std::array<char, 64> attributes;
  } request{};
  const unsigned index = if_nametoindex(port.c_str());
  if (index == 0) return absl::NotFoundError(absl::StrCat("there is no network interface ", port));
  request.header.nlmsg_type = RTM_SETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.body.ifi_index = static_cast<int>(index);
  // IFLA_AF_SPEC { AF_INET { IFLA_INET_CONF { number = value, ... } } }
  char* at = request.attributes.data();
  const auto open = [&](unsigned type) {
    auto* attribute = reinterpret_cast<rtattr*>(at);
    attribute->rta_type = static_cast<std::uint16_t>(type);
    at += sizeof(rtattr);
    return attribute;
  };
  const auto close = [&](rtattr* attribute) {
    attribute->rta_len = static_cast<std::uint16_t>(at - reinterpret_cast<char*>(attribute));
  };
  auto* const spec = open(IFLA_AF_SPEC | NLA_F_NESTED);
  auto* const inet = open(AF_INET | NLA_F_NESTED);
  auto* const conf = open(IFLA_INET_CONF | NLA_F_NESTED);
  for (const auto& [number, value] : settings) {
    auto* const one = open(number);
    std::memcpy(at, &value, sizeof value);
    at += sizeof value;
    close(one);
  }
  close(conf);
  close(inet);
  close(spec);
  request.header.nlmsg_len = static_cast<std::uint32_t>(at - reinterpret_cast<char*>(&request));
  const os::Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  std::array<char, 1024> answer{};
  if (!socket || send(socket.get(), &request, request.header.nlmsg_len, 0) < 0 ||
      recv(socket.get(), answer.data(), answer.size(), 0) < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) {
    return absl::UnavailableError(absl::StrCat("rtnetlink: ", std::strerror(errno)));
  }
  nlmsgerr error{};
  std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error);
  if (error.error == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("settings of ", port, ": ", std::strerror(-error.error)));
}

}  // namespace

absl::Status make_ports(const PortNames& names, const Mac& own) {
  const std::string address = text_of(own);
  if (!there(names.bridge)) {
    // Frames to the PAE group are never bridged (group_fwd_mask stays 0): the dispatcher carries them.
    if (auto made = run_all({{"ip", "link", "add", "name", names.bridge, "address", address, "type", "bridge",
                              "forward_delay", "0", "stp_state", "0"}});
        !made.ok()) {
      return made;
    }
  }
  if (!there(PortNames::kSupplicant)) {
    if (auto made = run_all({{"ip", "link", "add", "name", PortNames::kSupplicant, "address", address, "type", "veth",
                              "peer", "name", PortNames::kDispatcher},
                             {"ip", "link", "set", "dev", PortNames::kSupplicant, "addrgenmode", "none"},
                             {"ip", "link", "set", "dev", PortNames::kDispatcher, "addrgenmode", "none"}});
        !made.ok()) {
      return made;
    }
  }
  return run_all({{"ip", "link", "set", "dev", names.switch_port, "master", names.bridge},
                  {"ip", "link", "set", "dev", names.pc_port, "master", names.bridge},
                  {"ip", "link", "set", "dev", PortNames::kSupplicant, "up"},
                  {"ip", "link", "set", "dev", PortNames::kDispatcher, "up"},
                  {"ip", "link", "set", "dev", names.switch_port, "up"},
                  {"ip", "link", "set", "dev", names.bridge, "up"}});
}

absl::Status set_pc_port(const PortNames& names, const Mac& own, const PortPolicy& policy) {
  const std::string& port = names.pc_port;
  // Closed while the filters change.
  if (auto done =
          run_all({{"ip", "link", "set", "dev", port, "down"}, {"tc", "qdisc", "replace", "dev", port, "clsact"}});
      !done.ok()) {
    return done;
  }
  const auto filter = [&](const char* way, const FrameProgram& program) {
    return std::vector<std::string>{"tc",     "filter", "replace",  "dev", port,  way,  "pref",     "1",
                                    "handle", "1",      "protocol", "all", "bpf", "da", "bytecode", text_of(program)};
  };
  if (auto done = run_all({filter("ingress", pc_ingress(own, policy.vlan_access)),
                           filter("egress", pc_egress(own, policy.vlan_access))});
      !done.ok()) {
    return done;
  }
  if (policy.pc_disabled) return absl::OkStatus();
  return run_tool({"ip", "link", "set", "dev", port, "up"});
}

absl::Status set_gratuitous_arp(const std::string& port, bool taken) {
  return set_inet(port,
                  {{IPV4_DEVCONF_DROP_GRATUITOUS_ARP, taken ? 0U : 1U}, {IPV4_DEVCONF_ARP_ACCEPT, taken ? 1U : 0U}});
}

absl::Status keep_neighbours(const std::string& port) {
  return set_inet(port, {{IPV4_DEVCONF_ARP_EVICT_NOCARRIER, 0U}});
}

}  // namespace phone::network
