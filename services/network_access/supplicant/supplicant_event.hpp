// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What wpa_supplicant says unasked on its control interface (wpa_ctrl.h). Names in it come from certificates and
// servers, hence hostile: bounded, printable text only.
namespace phone::network {

inline constexpr std::size_t kMaxControlDatagram = 32 * 1024;

// TLS_FAIL_* of wpa_supplicant's eap_tls code; numbers it does not know today count as kUnspecified.
enum class CertificateFault : std::uint8_t {
  kUnspecified = 0,
  kUntrusted = 1,
  kRevoked = 2,
  kNotYetValid = 3,
  kExpired = 4,
  kSubjectMismatch = 5,
  kAltSubjectMismatch = 6,
  kBadCertificate = 7,
  kServerChainProbe = 8,
  kDomainSuffixMismatch = 9,
  kDomainMismatch = 10,
};

struct SupplicantEvent {
  enum class Kind : std::uint8_t {
    kOther,
    kEapStarted,
    kMethodProposed,    // method; refused says that we answered with a NAK
    kMethodSelected,    // method
    kPeerCertificate,   // depth, subject and, in one of the two that come for each, der
    kCertificateError,  // fault, depth, subject, text
    kPasswordRefused,   // MSCHAPv2 said no; text, number: its error (RFC 2759 section 6; 0: none)
    kPasswordWanted,    // the method needs one that the profile does not have
    kMethodUnusable,    // a method of ours could not be set up: the key is out of reach
    kEapSuccess,
    kEapFailure,
    kConnected,     // address
    kDisconnected,  // address, number: the reason code (IEEE 802.11 table 9-49)
    kTerminating,
    // WLAN alone.
    kAssociated,          // address
    kNetworkNotFound,     // a scan has ended and nothing in it fits the profile
    kNetworkDisabled,     // the supplicant pauses; text: WRONG_KEY, AUTH_FAILED, CONN_FAILED
    kRejected,            // authentication; address, method: its algorithm (3 is SAE), number: the status code
    kAssociationRefused,  // address, number: the status code
    kScanResults,
    kSignalChange,  // number: dBm; above says on which side of the threshold
  };
  Kind kind = Kind::kOther;
  unsigned method = 0;  // EAP type (IANA): 13 TLS, 25 PEAP, 43 FAST
  bool refused = false;
  CertificateFault fault = CertificateFault::kUnspecified;
  int depth = 0;
  int number = 0;
  bool above = false;
  std::string address;  // "02:00:00:00:00:00", of an access point
  std::string subject;
  std::string text;
  std::string der;
};

// Nothing for a datagram that is no event: no "<level>" before it, or longer than a datagram may be.
std::optional<SupplicantEvent> parse_event(std::string_view datagram);

// Six bytes in hexadecimal digits with colons between them.
bool is_hardware_address(std::string_view text);

// At most `limit` bytes of it, everything that is not printable ASCII replaced.
std::string printable(std::string_view text, std::size_t limit = 256);

}  // namespace phone::network
