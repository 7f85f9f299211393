// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace phone::policy {

// What network_access says of the network, as far as provisioning follows it.
struct NetworkFacts {
  bool link_up = false;
  std::vector<std::string> addresses;  // the phone's
  std::vector<std::string> servers;    // unchecked, as DHCP or the user named them
};

// The provisioning servers of the network that the phone is in.
class NetworkServers {
 public:
  static constexpr std::size_t kMostServers = 8;

  struct Answer {
    // None of the phone's addresses is left: another network, whose servers may have other files by the same name.
    bool moved = false;
    std::vector<std::string> servers;
  };
  // Without a link and an address there are none. A name that cannot be a host is left out.
  Answer update(const NetworkFacts& facts);

 private:
  std::set<std::string> addresses_;  // when it last had any
};

}  // namespace phone::policy
