// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Datagrams as the kernel sends them about links and addresses, read as if they were not the kernel's.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/network_access/link/link_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace phone::network;
  const std::string_view datagram{reinterpret_cast<const char*>(data), size};
  LinkFacts facts{.index = 2, .up = true};
  apply_datagram(datagram, "eth0", facts);
  if (!facts.hardware_address.empty() && facts.hardware_address.size() != 17) std::abort();
  (void)ends_dump(datagram);
  return 0;
}
