// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/sandbox.hpp"

#include <system_error>

#include "common/sandbox/sandbox.hpp"

namespace phone::network {

absl::Status enter_sandbox(const mesh::Paths& paths, const std::filesystem::path& run_dir, const OthersFiles& others) {
  auto sandbox = sandbox::service("network_access", paths.roles)
                     .keeps_state(paths.state_dir, "the profile it starts from")
                     .writes(run_dir, "the DHCP lease, and what the supplicant is given")
                     .reads(others.supplicant, "the supplicant's sockets, which come and go with it")
                     .reads(others.lldp.parent_path(), "lldpd's socket, which comes and goes with it")
                     .gives_groups("what the supplicant is given is its group's")
                     .reads("/sys/class/net", "the speed of the port")
                     .reads("/sys/devices", "where the entries of /sys/class/net lead")
                     .runs("/sbin/ip", "bridge and PC port are set up with it")
                     .runs("/sbin/tc", "what a PC behind the phone may send")
                     .runs("/lib64/ld-linux-x86-64.so.2", "the loader of all these, here and on 64 bit ARM")
                     .runs("/lib/ld-linux-aarch64.so.1", "the loader of all these, here and on 64 bit ARM")
                     .reads("/usr/lib", "their libraries")
                     .reads("/etc", "their settings: ld.so.cache, iproute2")
                     .reads("/proc", "ip asks for its namespace")
                     .asks_netlink("the port's link, its addresses and routes, ip and tc")
                     .talks_udp("renewals of the DHCP lease, DHCPv6")
                     .sends_raw(
                         "EAPOL between the ports, CDP, tags of the voice VLAN, DHCP before there is an address, ARP, "
                         "and router solicitations");
  if (!others.resolver_file.empty()) sandbox.writes(others.resolver_file.parent_path(), "the DNS servers in force");
  std::error_code error;
  if (std::filesystem::is_directory(others.time_dir, error))
    sandbox.writes(others.time_dir, "what the system's time service is to do");
  return sandbox.enter();
}

}  // namespace phone::network
