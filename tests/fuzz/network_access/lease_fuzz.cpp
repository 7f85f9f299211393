// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// DHCP packets: any bytes give a lease whose parts are bounded and plain, or a reason.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/net/host.hpp"
#include "services/network_access/link/lease.hpp"
#include "services/network_access/link/lease_file.hpp"
#include "services/network_access/link/provisioning_server.hpp"

namespace {

using namespace phone::network;

void check(const DhcpMessage& message) {
  const auto lease = lease_of(message);
  if (!lease.ok()) {
    if (lease.status().message().empty()) std::abort();
    return;
  }
  if (lease->address.empty() || lease->prefix < 1 || lease->prefix > 32) std::abort();
  if (lease->dns.size() > 4 || lease->option_150.size() > 4 || lease->option_43.size() > 4) std::abort();
  if (lease->routes.size() > 16 || lease->left_out.size() > 16) std::abort();
  const bool forever = lease->seconds == Lease::kForever;
  if (!forever && (lease->renewal >= lease->rebinding || lease->rebinding >= lease->seconds)) std::abort();
  for (const auto& name : {lease->domain, lease->option_66, lease->server_name}) {
    if (!name.empty() && !phone::net::plain_host(name)) std::abort();
  }
  for (const auto& one : lease->option_43) {
    if (!phone::net::plain_host(one)) std::abort();
  }
  for (const auto& one : lease->left_out) {
    for (const char c : one) {
      if (c < 0x20 || c > 0x7e) std::abort();
    }
  }
  (void)choose({}, *lease);
}

// The bytes as one option of a lease that is good otherwise: it may be left out, the lease stays.
void check_option(DhcpOption option, std::string_view value) {
  DhcpMessage message{.type = DhcpType::kAck, .reply = true, .yours = 0xc0000207};
  message.set(option, std::string(value));
  check(message);
  if (!lease_of(message).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)dhcp_payload(bytes);
  (void)parse_arp(bytes);
  (void)decode_lease(bytes, "eth0");
  if (const auto message = parse_dhcp(bytes); message.ok()) {
    check(*message);
    if (parse_dhcp(encode(*message)).status().ok() && encode(*message).empty()) std::abort();
  }
  if (bytes.empty() || bytes.size() > 256) return 0;
  static constexpr std::array kOptions = {DhcpOption::kDns,     DhcpOption::kDomain,          DhcpOption::kTftpName,
                                          DhcpOption::kServer,  DhcpOption::kVendor,          DhcpOption::kTftpServers,
                                          DhcpOption::kRouter,  DhcpOption::kClasslessRoutes, DhcpOption::kLeaseTime,
                                          DhcpOption::kRenewal, DhcpOption::kRebinding};
  check_option(kOptions[data[0] % kOptions.size()], bytes.substr(1));
  return 0;
}
