// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::network {

absl::Status enter_sandbox(const mesh::Paths& paths, const Dhcp& dhcp, const std::filesystem::path& supplicant,
                           const std::filesystem::path& lldp) {
  return sandbox::service("network_access", paths.roles)
      .writes(paths.state_dir, "the profile it starts from")
      .writes(dhcp.run_dir, "the lease as the DHCP client's script writes it, and what the supplicant is given")
      .reads(supplicant, "the supplicant's sockets, which come and go with it")
      .reads(lldp.parent_path(), "lldpd's socket, which comes and goes with it")
      .gives_groups("what the supplicant is given is its group's")
      .reads("/sys/class/net", "the speed of the port")
      .reads("/sys/devices", "where the entries of /sys/class/net lead")
      .runs(dhcp.client, "the DHCP client")
      .runs(dhcp.script, "what the DHCP client calls with a lease")
      .runs("/bin/sh", "the script's interpreter")
      .runs("/usr/bin/sed", "the script reads the old lease")
      .runs("/usr/bin/mv", "the script replaces the lease at once")
      .runs("/usr/bin/rm", "the script takes the lease away")
      .runs("/sbin/ip", "the script sets the address; bridge and PC port are set up with it")
      .runs("/sbin/tc", "what a PC behind the phone may send")
      .runs("/lib64/ld-linux-x86-64.so.2", "the loader of all these, here and on 64 bit ARM")
      .runs("/lib/ld-linux-aarch64.so.1", "the loader of all these, here and on 64 bit ARM")
      .reads("/usr/lib", "their libraries")
      .reads("/etc", "their settings: ld.so.cache, iproute2, udhcpc")
      .reads("/proc", "ip asks for its namespace")
      .asks_netlink("the port's link, ip and tc")
      .talks_udp("the DHCP client's renewals")
      .sends_raw("EAPOL between the ports, CDP, tags of the voice VLAN, and the DHCP client before it has an address")
      .enter();
}

}  // namespace phone::network
