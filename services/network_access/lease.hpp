#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// What the DHCP client's script wrote down: `key=value` lines made of what a server on the network said, hence hostile.
namespace phone::network {

inline constexpr std::size_t kMaxLeaseBytes = 4096;

struct Lease {
  std::string address;  // IPv4
  unsigned prefix = 0;
  std::string server;  // who gave it
  std::string domain;
  std::vector<std::string> dns;
  std::vector<std::string> option_150;  // IPv4 addresses, in order
  std::string option_66;                // one name or address
  std::vector<std::string> option_43;   // servers named inside the vendor's option: addresses, or one name
  friend bool operator==(const Lease&, const Lease&) = default;
};

// INVALID_ARGUMENT names the line. Unknown keys are ignored; a value that is not what its key promises leaves the key
// empty, except for the address, without which there is no lease.
absl::StatusOr<Lease> parse_lease(std::string_view text);

// A host name or an address that may be put into a URL.
bool plain_host(std::string_view host);

}  // namespace phone::network
