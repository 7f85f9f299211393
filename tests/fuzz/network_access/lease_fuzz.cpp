// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The lease file of the DHCP client's script: any bytes give a lease whose parts are bounded and plain, or a reason.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/crypto/digest.hpp"
#include "common/net/host.hpp"
#include "services/network_access/link/lease.hpp"
#include "services/network_access/link/provisioning_server.hpp"

namespace {

using namespace phone::network;

int check(std::string_view text) {
  const auto lease = parse_lease(text);
  if (!lease.ok()) return lease.status().message().empty() ? (std::abort(), 0) : 0;
  if (lease->address.empty() || lease->prefix < 1 || lease->prefix > 32) std::abort();
  if (lease->dns.size() > 4 || lease->option_150.size() > 4 || lease->option_43.size() > 4) std::abort();
  if (!lease->domain.empty() && !phone::net::plain_host(lease->domain)) std::abort();
  if (!lease->option_66.empty() && !phone::net::plain_host(lease->option_66)) std::abort();
  for (const auto& one : lease->option_43) {
    if (!phone::net::plain_host(one)) std::abort();
  }
  for (const auto& one : lease->left_out) {
    for (const char c : one) {
      if (c < 0x20 || c > 0x7e) std::abort();
    }
  }
  (void)choose({}, *lease);
  return 0;
}

// The bytes as the value of one option of a lease that is good otherwise: it may be left out, the lease stays.
void check_option(const std::string& option, std::string_view value) {
  const std::string text = "ip=192.0.2.7\nmask=24\n" + option + "=" + std::string(value) + "\n";
  check(text);
  if (!parse_lease(text).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  if (bytes.empty() || bytes.size() > 256) return 0;
  static constexpr std::array kNames = {"dns", "domain", "option66", "serverid"};
  static constexpr std::array kOctets = {"option150", "option43"};  // which udhcpc writes in hex
  const std::string_view value = bytes.substr(1);
  if (value.find('\n') == value.npos) check_option(kNames[data[0] % kNames.size()], value);
  check_option(kOctets[data[0] % kOctets.size()], phone::crypto::hex(value));
  return 0;
}
