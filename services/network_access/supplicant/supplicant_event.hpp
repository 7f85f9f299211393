// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// wpa_supplicant's unsolicited messages on its control interface (wpa_ctrl.h). Names in them come from certificates
// and servers, hence hostile: bounded, printable text only.
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

// The events that the phone uses.
namespace supplicant {

struct EapStarted {};
struct MethodProposed {
  unsigned method = 0;   // EAP type (IANA)
  bool refused = false;  // we answered with a NAK
};
struct MethodSelected {
  unsigned method = 0;  // EAP type (IANA): 13 TLS, 25 PEAP, 43 FAST
};
// Comes twice for each certificate of the server: with its hash, and with its bytes.
struct PeerCertificateShown {
  int depth = 0;  // 0: the server's own
  std::string subject;
  std::string der;  // empty with the hash
};
struct PeerCertificateRefused {
  CertificateFault fault = CertificateFault::kUnspecified;
  std::string subject;
  std::string reason;
};
// By the server's MSCHAPv2.
struct PasswordRefused {
  int error = 0;  // RFC 2759 section 6; 0: none
};
// The method needs one that the profile does not have.
struct PasswordRequested {};
// A method of ours could not be set up: the key is out of reach.
struct MethodSetupFailed {};
// The server ended the handshake with an alert.
struct TlsAlertReceived {
  std::string description;  // "unknown CA", as OpenSSL names RFC 8446 section 6
};
struct EapSucceeded {};
struct EapFailed {};
// On a wire: the frames themselves, whatever the supplicant makes of them. It discards the ones that its own machine
// does not expect.
struct SuccessFrameSeen {};
struct FailureFrameSeen {};
struct Connected {
  std::string address;  // of the access point, "02:00:00:00:00:00"; empty on a wire
};
struct Disconnected {
  int reason = 0;  // IEEE 802.11 table 9-49
};

// WLAN only.
struct Associated {
  std::string address;
};
// A scan has ended and no access point in it fits the profile.
struct NetworkNotFound {};
// The supplicant pauses.
struct NetworkDisabled {
  std::string reason;  // "WRONG_KEY", "AUTH_FAILED", "CONN_FAILED"
};
struct AuthenticationRejected {
  unsigned algorithm = 0;  // 3 is SAE
  int status = 0;          // IEEE 802.11 table 9-50
};
struct AssociationRejected {
  int status = 0;
};
struct ScanCompleted {};
struct SignalChanged {
  int dbm = 0;
  bool above = false;  // the threshold
};

}  // namespace supplicant

using SupplicantEvent =
    std::variant<supplicant::EapStarted, supplicant::MethodProposed, supplicant::MethodSelected,
                 supplicant::PeerCertificateShown, supplicant::PeerCertificateRefused, supplicant::PasswordRefused,
                 supplicant::PasswordRequested, supplicant::MethodSetupFailed, supplicant::TlsAlertReceived,
                 supplicant::EapSucceeded, supplicant::EapFailed, supplicant::SuccessFrameSeen,
                 supplicant::FailureFrameSeen, supplicant::Connected, supplicant::Disconnected, supplicant::Associated,
                 supplicant::NetworkNotFound, supplicant::NetworkDisabled, supplicant::AuthenticationRejected,
                 supplicant::AssociationRejected, supplicant::ScanCompleted, supplicant::SignalChanged>;

// Nothing for a datagram that is not an event (no "<level>" before it, or too long), or is one that the phone has no
// use for.
std::optional<SupplicantEvent> parse_event(std::string_view datagram);

// Six bytes in hexadecimal digits with colons between them.
bool is_hardware_address(std::string_view text);

}  // namespace phone::network
