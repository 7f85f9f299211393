// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/pc_port/port_setup.hpp"

#include <linux/ip.h>
#include <net/if.h>

#include "services/network_access/link/frame_filter.hpp"
#include "services/network_access/link/netlink_writer.hpp"
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
