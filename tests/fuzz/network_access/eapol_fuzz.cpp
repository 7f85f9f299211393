// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// EAPOL frames from the PC port and the switch: nothing of the PC's may leave under the phone's own address, and what
// passes is EAPOL.
#include "services/network_access/pc_port/eapol_dispatcher.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::network;
  const Mac own = {0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f};
  EapolDispatcher dispatcher(own, size % 2 == 0);
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  EapolDispatcher::Time now{};
  while (rest.size() > 2) {
    const auto port = static_cast<EapolDispatcher::Port>(static_cast<unsigned char>(rest[0]) % 3);
    const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(rest[1]), rest.size() - 2);
    const std::string_view frame = rest.substr(2, length);
    rest.remove_prefix(2 + length);
    const auto ways = dispatcher.take(port, frame, now);
    const auto parsed = parse_eapol(frame);
    if ((ways.to_switch || ways.to_pc || ways.to_supplicant) && !parsed) __builtin_trap();
    if (port == EapolDispatcher::Port::kPc && ways.to_switch && parsed->source == own) __builtin_trap();
    if (dispatcher.stations().size() > EapolDispatcher::kMaxStations) __builtin_trap();
    now += std::chrono::milliseconds(20);
  }
  static_cast<void>(dispatcher.pc_gone());
  return 0;
}
