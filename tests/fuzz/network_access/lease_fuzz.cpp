// What the DHCP client's script writes down: any bytes give a lease whose parts are bounded and plain, or a reason.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/network_access/lease.hpp"
#include "services/network_access/provisioning_server.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace phone::network;
  const auto lease = parse_lease({reinterpret_cast<const char*>(data), size});
  if (!lease.ok()) return lease.status().message().empty() ? (std::abort(), 0) : 0;
  if (lease->address.empty() || lease->prefix < 1 || lease->prefix > 32) std::abort();
  if (lease->dns.size() > 4 || lease->option_150.size() > 4 || lease->option_43.size() > 4) std::abort();
  if (!lease->domain.empty() && !plain_host(lease->domain)) std::abort();
  if (!lease->option_66.empty() && !plain_host(lease->option_66)) std::abort();
  for (const auto& one : lease->option_43) {
    if (!plain_host(one)) std::abort();
  }
  for (const auto& one : lease->left_out) {
    for (const char c : one) {
      if (c < 0x20 || c > 0x7e) std::abort();
    }
  }
  (void)choose({}, *lease);
  return 0;
}
