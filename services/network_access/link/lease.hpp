// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// The file of the DHCP client's script: `key=value` lines from a server on the network, hence hostile.
namespace phone::network {

inline constexpr std::size_t kMaxLeaseBytes = 16 * 1024;  // the script writes ten values of 1,100 bytes at most

struct Lease {
  std::string address;  // IPv4
  unsigned prefix = 0;
  std::string server;  // that granted it
  std::string domain;
  std::vector<std::string> dns;
  std::vector<std::string> option_150;  // IPv4 addresses, in order
  std::string option_66;                // one name or address
  std::vector<std::string> option_43;   // servers named inside the vendor's option: addresses, or one name
  // Values that are not used, each with its option and the reason, for people; printable ASCII.
  std::vector<std::string> left_out;
  friend bool operator==(const Lease&, const Lease&) = default;
};

// Each option is judged by itself: an invalid one is left out, and `left_out` says which and why.
// INVALID_ARGUMENT without an address or with an invalid mask (no mask at all: /32).
// Unknown keys are ignored; of a key that comes twice the first counts.
absl::StatusOr<Lease> parse_lease(std::string_view text);

}  // namespace phone::network
