// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

// The answer to STATUS: the supplicant's own state. Only it decides whether the port is authorized.
namespace phone::network {

struct SupplicantStatus {
  std::string pae_state;  // "CONNECTING", "AUTHENTICATED", "HELD" (IEEE 802.1X-2004 section 8.2)
  std::string eap_state;  // "IDLE", "SUCCESS", "FAILURE" (RFC 4137)
  bool port_authorized = false;
  std::string method;       // "EAP-TLS"
  std::string tls_version;  // "TLSv1.3"
  std::string tls_cipher;
  // The method has ended with success: only the switch's word is still to come (RFC 4137 section 4.2). Of
  // STATUS-VERBOSE.
  bool method_done = false;
  // Of a WLAN.
  std::string wpa_state;  // "SCANNING", "4WAY_HANDSHAKE", "COMPLETED"
  std::string bssid;
  std::string key_management;  // "FT-EAP", "SAE", "NONE"
  std::string cipher;          // pairwise: "CCMP"
  unsigned frequency = 0;      // MHz
  bool protected_management = false;
  // Associated, and keys are installed where there are any.
  bool connected() const { return wpa_state == "COMPLETED"; }
  // EAP-FAILURE leaves old fields behind, so either one by itself proves nothing.
  bool authenticated() const { return port_authorized && eap_state == "SUCCESS"; }
};

// The signal in the answer to SIGNAL_POLL, in dBm; 0: unknown.
int parse_signal(std::string_view reply);

// Total: lines without "=", unknown keys and text beyond 8 KiB are left out.
SupplicantStatus parse_status(std::string_view reply);

}  // namespace phone::network
