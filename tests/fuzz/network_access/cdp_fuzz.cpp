// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// CDP frames from the cable: whatever comes, names are printable and bounded and a VLAN is one.
#include "services/network_access/discovery/cdp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::network;
  // Half of them with the right beginning, so that the elements are reached.
  std::string frame(reinterpret_cast<const char*>(data), size);
  if (size > 26 && (data[size - 1] & 1U) != 0) {
    frame.replace(0, 6, std::string(kCdpGroup.begin(), kCdpGroup.end()));
    frame[6] = 2;
    frame[12] = static_cast<char>((size - 14) >> 8U);
    frame[13] = static_cast<char>((size - 14) & 0xffU);
    frame.replace(14, 9, std::string("\xaa\xaa\x03\x00\x00\x0c\x20\x00\x02", 9));
  }
  if (const auto said = parse_cdp(frame); said.ok()) {
    if (said->device.empty() || said->device.size() > 128 || said->voice_vlan > 4094) __builtin_trap();
    for (const std::string* text : {&said->device, &said->port, &said->platform}) {
      for (const char c : *text) {
        if (c < 0x20 || c > 0x7e) __builtin_trap();
      }
    }
  }
  return 0;
}
