// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pugixml.hpp>

#include "services/policy/configuration/xml_reader.hpp"

// How the configuration lets the phone into its network: 802.1X on the switch port and WLAN profiles. Their elements
// are ours (own_names.hpp). Whether a profile can be used is decided by network_access.
namespace phone::policy {

struct Configuration;

enum class EapMethod : std::uint8_t { kTls = 1, kFast = 2 };
enum class WlanSecurity : std::uint8_t { kOpen = 1, kPsk = 2, kSae = 3, kEnterprise = 4, kEnterprise3 = 5 };
enum class WlanMethod : std::uint8_t { kTls = 1, kFast = 2, kPeapMschapv2 = 3, kPeapGtc = 4, kAuto = 5 };
// The phone's own that EAP-TLS shows; kBest: the first of them that is installed and allowed.
enum class ShownCertificate : std::uint8_t { kBest = 0, kMic = 1, kLsc = 2, kUser = 3 };
enum class WlanBand : std::uint8_t { kAny = 0, k24 = 1, k5 = 2 };
enum class FastRoaming : std::uint8_t { kOverTheAir = 0, kOverTheDs = 1, kOff = 2 };

struct EapEntry {
  EapMethod method = EapMethod::kTls;
  std::string identity;
  std::string password;                  // secret
  std::vector<std::string> authorities;  // DER
  std::vector<std::string> servers;      // names in the RADIUS server's certificate
  ShownCertificate certificate = ShownCertificate::kBest;
  std::string refused;  // why it cannot be used; empty: it can
  friend bool operator==(const EapEntry&, const EapEntry&) = default;
};

struct WlanEntry {
  std::string ssid;
  WlanSecurity security = WlanSecurity::kEnterprise;
  WlanMethod method = WlanMethod::kAuto;
  std::string key, user, password;  // key and password are secret; `user` with its domain
  std::vector<std::string> authorities, servers;
  ShownCertificate certificate = ShownCertificate::kBest;
  WlanBand band = WlanBand::kAny;
  FastRoaming fast_roaming = FastRoaming::kOverTheAir;
  bool compatible = false;  // TKIP besides AES
  bool gcmp = false;        // GCMP-256 besides CCMP
  bool locked = false;      // the phone's menu cannot put another one in its place
  std::string refused;
  friend bool operator==(const WlanEntry&, const WlanEntry&) = default;
};

// `device` has its levels in vendorConfig, commonConfig and enterpriseConfig.
void read_access(pugi::xml_node device, ElementReader& all, Configuration& into);

// A password or key in a file that was not encrypted has been read by anyone on its way: it is taken out, and the
// profile that needs it says why it is refused.
void refuse_open_passwords(Configuration& configuration, Remarks& remarks);

}  // namespace phone::policy
