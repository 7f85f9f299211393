#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"

// From an 802.1X profile to what wpa_supplicant is told. EAP methods are the supplicant's; which settings are safe is
// decided here, before anything is sent.
namespace phone::network {

enum class EapMethod : std::uint8_t { kTls = 1, kFast = 2 };
// Numbers of phone.certificates.v1.CertificateKind; kBest is the user certificate (WLAN alone), else the LSC, else the
// MIC.
enum class EapCertificate : std::uint8_t { kBest = 0, kMic = 1, kLsc = 2, kUser = 3 };

struct EapProfile {
  bool enabled = false;
  EapMethod method = EapMethod::kTls;
  std::string identity;              // empty: the product and the device name
  crypto::Secret password;           // EAP-FAST alone
  std::vector<std::string> anchors;  // DER; who may have signed the server's certificate
  std::vector<std::string> servers;  // names of the server, any one of which must be in its certificate
  EapCertificate certificate = EapCertificate::kBest;  // EAP-TLS alone
  friend bool operator==(const EapProfile&, const EapProfile&) = default;
};

// What the profile meets: the device and the files the supplicant is given.
struct EapSurroundings {
  std::string product;      // "DP-9861" (F44)
  std::string device_name;  // "SEP0A1B2C3D4E5F"
  std::uint16_t tls_minimum = 0x0303;
  std::string anchors_file;
  std::string certificate_file;
  std::string key_uri;  // "pkcs11:..."
  std::string pac_file;
};

struct Setting {
  std::string name;
  std::string value;  // as SET_NETWORK takes it
  bool secret = false;
  friend bool operator==(const Setting&, const Setting&) = default;
};

// INVALID_ARGUMENT with the sentence a user reads: no anchor, no name, a password that is missing, EAP-FAST where the
// policy asks for TLS 1.3.
absl::Status check_profile(const EapProfile& profile, std::uint16_t tls_minimum);

// The settings in the order they are sent.
absl::StatusOr<std::vector<Setting>> supplicant_settings(const EapProfile& profile, const EapSurroundings& around);

// What stands in the EAP identity response: begins with the product, so that "Starts with DP" and "Contains DP" match.
std::string eap_identity(const EapProfile& profile, const EapSurroundings& around);

const char* name_of(EapMethod method);  // "EAP-TLS"

// What wired and WLAN profiles share. A server without anchor or name, credentials that are too long: INVALID_ARGUMENT.
absl::Status check_server(const std::vector<std::string>& anchors, const std::vector<std::string>& servers);
absl::Status check_credentials(const std::string& identity, const crypto::Secret& password);
// A string in hexadecimal digits: wpa_supplicant takes it without having to believe its quotes.
Setting hex_setting(std::string name, std::string_view value, bool secret = false);
// For phase1: which versions of TLS are on; `fast`: EAP-FAST, which ends at 1.2.
std::string tls_versions(std::uint16_t minimum, bool fast);

}  // namespace phone::network
