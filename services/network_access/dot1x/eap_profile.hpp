// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"
#include "common/tls/policy.hpp"
#include "services/network_access/supplicant/supplicant_plan.hpp"

// From an 802.1X profile to wpa_supplicant's settings. EAP methods are the supplicant's; which settings are safe is
// decided here, before anything is sent.
namespace phone::network {

enum class EapMethod : std::uint8_t { kTls = 1, kFast = 2 };
// kBest is the user certificate (WLAN only), else the LSC, else the MIC.
enum class EapCertificate : std::uint8_t { kBest = 0, kMic = 1, kLsc = 2, kUser = 3 };

struct EapProfile {
  bool enabled = false;
  EapMethod method = EapMethod::kTls;
  std::string identity;              // empty: the product and the device name
  crypto::Secret password;           // EAP-FAST only
  std::vector<std::string> anchors;  // DER; the CAs that may have signed the server's certificate
  std::vector<std::string> servers;  // names of the server, any one of which must be in its certificate
  EapCertificate certificate = EapCertificate::kBest;  // EAP-TLS only
  friend bool operator==(const EapProfile&, const EapProfile&) = default;
};

// The device, and the files the supplicant reads.
struct EapEnvironment {
  std::string product;      // "DP-9861" (F44)
  std::string device_name;  // "SEP0A1B2C3D4E5F"
  tls::Policy tls;
  std::string anchors_file;
  std::string certificate_file;
  std::string key_uri;  // "pkcs11:..."
  std::string pac_file;
  // False: the clock is known to be wrong. The server's certificate is then judged by its signatures and names only,
  // until there is a time.
  bool clock_known = true;
};

// With the sentence a user reads: no anchor, no name, a password that is missing (INVALID_ARGUMENT), or a method that
// the policy rules out, such as EAP-FAST from TLS 1.3 or in FIPS mode (FAILED_PRECONDITION).
absl::Status check_profile(const EapProfile& profile, const tls::Policy& policy);

// The settings in the order they are sent.
absl::StatusOr<std::vector<Setting>> supplicant_settings(const EapProfile& profile, const EapEnvironment& around);

// The EAP identity response: begins with the product, so that "Starts with DP" and "Contains DP" match.
std::string eap_identity(const EapProfile& profile, const EapEnvironment& around);

const char* name_of(EapMethod method);  // "EAP-TLS"

// Shared by wired and WLAN profiles. A server without anchor or name, credentials that are too long: INVALID_ARGUMENT.
absl::Status check_server(const std::vector<std::string>& anchors, const std::vector<std::string>& servers);
absl::Status check_credentials(const std::string& identity, const crypto::Secret& password);
// A string in hexadecimal digits, which wpa_supplicant reads without quoting.
Setting hex_setting(std::string name, std::string_view value, bool secret = false);
// The inner method decides which TLS versions and suites an EAP method may use.
enum class EapUse : std::uint8_t {
  kCertificate,  // EAP-TLS: a client signature, which the key holder makes from TLS 1.2 on
  kTunnel,       // PEAP
  kFast          // EAP-FAST, or its choice: ends at TLS 1.2, and its keys come from SHA-1 and MSCHAPv2
};
struct EapTls {
  std::string versions;  // for phase1
  Setting suites;        // openssl_ciphers: suites up to TLS 1.2 and OpenSSL's security level
};
// FAILED_PRECONDITION names what the policy rules out. The suites of TLS 1.3 and the groups are those of
// deploy/libexec/supplicant-openssl.cnf, which hold in every mode: wpa_supplicant has no setting for them.
absl::StatusOr<EapTls> eap_tls(EapUse use, const tls::Policy& policy, bool clock_known = true);

}  // namespace phone::network
