// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>
#include <vector>

// The supplicant's list of access points in reach. Anyone near can put any name into it.
namespace phone::network {

struct AccessPoint {
  std::string address;     // BSSID
  unsigned frequency = 0;  // MHz
  int signal = 0;          // dBm
  std::string flags;       // "[WPA2-FT/PSK-CCMP][ESS]"
  std::string ssid;        // as escaped by the supplicant
  friend bool operator==(const AccessPoint&, const AccessPoint&) = default;
};

inline constexpr std::size_t kMaxAccessPoints = 128;

// The answer to SCAN_RESULTS. Total: lines that do not parse or exceed the limit are left out.
std::vector<AccessPoint> parse_scan_results(std::string_view reply);

// An SSID as the supplicant writes it (printf_encode of wpa's common.c).
std::string escaped_ssid(std::string_view ssid);

// The security that access points of this SSID offer, for people; empty when there is none.
std::string offered(const std::vector<AccessPoint>& list, std::string_view ssid);

}  // namespace phone::network
