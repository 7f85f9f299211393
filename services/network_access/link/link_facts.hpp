// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>
#include <vector>

// One port as rtnetlink reports it (RFC 3549). Datagrams come from the kernel, but are parsed as untrusted.
namespace phone::network {

struct LinkFacts {
  int index = 0;                       // 0: there is no such port
  bool up = false;                     // carrier, and switched on
  std::string hardware_address;        // "0a:1b:2c:3d:4e:5f"
  std::vector<std::string> addresses;  // usable ones: no tentative, no link-local IPv6; IPv4 first
  // IPv6 addresses of ours that another device has (RFC 4862 section 5.4); bounded like the list above.
  std::vector<std::string> conflicting;
  friend bool operator==(const LinkFacts&, const LinkFacts&) = default;
};

// Applies a datagram of any number of messages about `port`; the first that does not parse ends the reading.
void apply_datagram(std::string_view datagram, std::string_view port, LinkFacts& facts);

// The answer to a dump is complete.
bool ends_dump(std::string_view datagram);

}  // namespace phone::network
