// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"
#include "services/network_access/supplicant/supplicant_plan.hpp"

namespace phone::network {

// A try with one profile.
struct Attempt {
  Medium medium = Medium::kWire;
  std::string method;  // as a user reads it
  std::string identity;
  bool eap = true;
  bool tls_alone = false;  // the profile names EAP-TLS
  // PEAP-GTC has no message for a refused password, so a refusal after the server's certificate counts as one. It
  // proves nothing: anyone can show the certificate and send the refusal.
  bool silent_password = false;
  bool provisioning = false;
  std::string own;  // the certificate that is shown, for people; empty: none
};

// One EAP conversation: the method agreed on, the certificates shown, and the worst fault found. It tells why the
// conversation failed.
class EapConversation {
 public:
  void take(const supplicant::MethodProposed& proposed);
  void take(const supplicant::MethodSelected& selected);
  void take(const supplicant::PeerCertificateShown& shown);
  void take(const supplicant::PeerCertificateRefused& refused);
  void take(const supplicant::PasswordRefused& refused);
  void take(const supplicant::MethodSetupFailed& failed);
  void take(const supplicant::TlsAlertReceived& alert);
  // Why it failed, when it has.
  AccessCause judge(const Attempt& attempt) const;
  // More about that cause, for people; may be empty.
  std::string detail_of(AccessCause cause) const { return cause == fault_ ? detail_ : std::string(); }
  // Within a tunnel, by a server whose certificate was accepted.
  bool password_refused() const { return fault_ == AccessCause::kPassword; }

 private:
  enum class Method : std::uint8_t {
    kNone,       // None has been agreed on.
    kForbidden,  // The server proposed one that the profile does not allow, and none that it does.
    kPlain,      // One is agreed on that has no inner method.
    kTunnelled,  // PEAP or EAP-FAST is agreed on: an inner method is spoken within TLS.
  };
  bool certificate_refused() const;

  Method method_ = Method::kNone;
  unsigned certificates_ = 0;  // that the server has shown
  // kNone: nothing wrong so far. A refused certificate outweighs a password, a password a key that cannot be used.
  AccessCause fault_ = AccessCause::kNone;
  std::string detail_;
};

}  // namespace phone::network
