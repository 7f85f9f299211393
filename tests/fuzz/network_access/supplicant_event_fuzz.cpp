// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What comes over wpa_supplicant's control interface: names in it are a server's.
#include "services/network_access/dot1x/pac_file.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"
#include "services/network_access/supplicant/supplicant_status.hpp"
#include "services/network_access/wlan/access_points.hpp"

namespace {

// What an event holds of a server's or an access point's text.
template <class Event>
std::string text_in(const Event&) {
  return {};
}
std::string text_in(const phone::network::supplicant::PeerCertificateShown& shown) { return shown.subject; }
std::string text_in(const phone::network::supplicant::PeerCertificateRefused& one) { return one.subject + one.reason; }
std::string text_in(const phone::network::supplicant::NetworkDisabled& disabled) { return disabled.reason; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::network;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto event = parse_event(text)) {
    for (const char c : std::visit([](const auto& one) { return text_in(one); }, *event)) {
      if (c < 0x20 || c > 0x7e) __builtin_trap();
    }
  }
  for (const auto& point : parse_scan_results(text)) {
    if (!is_hardware_address(point.address)) __builtin_trap();
  }
  static_cast<void>(parse_signal(text));
  static_cast<void>(parse_status(text));
  static_cast<void>(read_pac(text));
  return 0;
}
