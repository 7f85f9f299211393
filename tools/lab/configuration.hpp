// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Writes SEP<MAC>.cnf.xml, whole and partial (cisco-formats.md B3, F).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/lab/devices.hpp"

namespace phone::lab {

struct Ports {
  uint16_t http = 6970, https = 6971, tvs = 2445, capf = 3804, sip = 5061, sip_tcp = 5060, sip_oauth = 5090,
           oauth = 8443;
};

enum class SecurityMode : unsigned { kNonsecure = 1, kAuthenticated = 2, kEncrypted = 3 };  // deviceSecurityMode

struct Plan {
  std::string host;  // the address phones reach the cluster at
  Ports ports;
  unsigned keepalive_seconds = 120;
  unsigned register_expires_seconds = 3600;
  bool encrypted = true;  // "TFTP Encrypted Config"
  SecurityMode security_mode = SecurityMode::kEncrypted;
  std::vector<std::string> watched;               // numbers of BLF buttons
  std::map<std::string, std::string> park_slots;  // numbers of directed park, and their retrieval prefix
  bool protected_device = true;
  bool secure_tone = true;  // played by a protected device
  bool remote_diagnostics = false;
  std::string digest_password;  // of every line; empty: no digest user
  std::vector<std::string> codecs = {"PCMU", "opus"};
  std::vector<std::string> suites = {"AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80",
                                     "AES_CM_128_HMAC_SHA1_32"};
  unsigned media_port_first = 16384, media_port_last = 32766;
  bool genuine = false;                    // with all that a real call manager writes besides
  std::vector<std::string> call_managers;  // addresses of further members of the group, in order, at the same ports
  std::vector<std::string> srst_routers;   // likewise
  std::string srst_certificate;            // base64 DER; empty: none in the configuration
  bool sip_oauth = false;
  std::string auto_registration;  // name that unknown phones register under; empty: they cannot
  std::string version_stamp = "{lab-0001}";
  std::map<std::string, std::string> extra;  // path below <device> -> text, for what has no option of its own
};

std::string full_configuration(const Plan& plan, const Device& device);
std::string partial_configuration(const Plan& plan, const Device& device);
// XMLDefault.cnf.xml
std::string default_configuration(const Plan& plan);

// The certificate a configuration is encrypted for: the LSC when it can unwrap, else the MIC, else nothing.
IdentityPtr encryption_certificate(const Device& device);

}  // namespace phone::lab
