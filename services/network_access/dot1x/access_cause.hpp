// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>

// Why access did not succeed, as a user reads it, and the cure (network.md section 3.4).
namespace phone::network {

// As phone.network.v1.AccessCause.
enum class AccessCause : std::uint8_t {
  kNone = 0,
  kNoAnswer = 1,        // no authenticator: no 802.1X here, or a silent switch
  kProfileInvalid = 2,  // detail says what is missing
  kNoCertificate = 3,   // the phone has no suitable certificate
  kOwnExpired = 4,
  kOwnNotYetValid = 5,
  kServerUntrusted = 6,
  kServerName = 7,
  kServerExpired = 8,
  kServerNotYetValid = 9,
  kServerOther = 10,  // detail is the verdict on its certificate
  kTlsMismatch = 11,  // no TLS version or cipher in common, or the handshake broke before a certificate came
  kPassword = 12,
  kMethodForbidden = 13,  // the server offers other methods only
  kRefused = 14,          // everything was right on our side and the server said no
  kServerSilent = 15,     // the switch answered, the RADIUS server behind it did not
  kSupplicantGone = 16,   // wpa_supplicant is being started again
  kPacRenewed = 17,       // a PAC was renewed and the session repeated: not an error
  kKeyUnavailable = 18,   // certificate_manager did not let the supplicant use the key
  // WLAN only.
  kNoAccessPoint = 19,     // none of this SSID is in reach
  kSecurityMismatch = 20,  // there is one, and its security is not the profile's; detail is its security
  kWrongKey = 21,          // PSK, SAE
  kNotAdmitted = 22,       // the access point refused the association; detail is its status code
  kConnectionLost = 23,
  kPasswordCleared = 24,  // detail says in which of the article's cases
  // The server's TLS alert about the phone's certificate (RFC 8446 section 6.2).
  kOwnUntrusted = 25,
  kOwnExpiredThere = 26,  // by the server's clock
  kOwnRevoked = 27,
  kOwnUnusable = 28,  // detail is the alert
  // Of a wire.
  kAuthorizationDenied = 29,  // the method succeeded, and then came EAP-Failure
  kUnproven = 30,             // EAP-Success without a method that succeeded: a critical, guest or restricted VLAN
  kNotAsked = 31,             // EAP-Failure without a question before it: MAC authentication, or a cleared session
  kAuthorityUnusable = 32,    // each CA of the profile has ended; detail names one
};

const char* sentence(AccessCause cause);
const char* cure(AccessCause cause);

// How long to wait before the next try. Longer each time; a switch has a quiet period (IEEE 802.1X quietPeriod, 60 s by
// default) in which it does not listen, and a fault for the administrator is not tried every second.
std::chrono::seconds retry_after(AccessCause cause, unsigned failures);

}  // namespace phone::network
