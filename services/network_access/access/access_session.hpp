// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/dot1x/eap_profile.hpp"
#include "services/network_access/dot1x/supplicant_plan.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"
#include "services/network_access/supplicant/supplicant_status.hpp"

// What the user reads about 802.1X and WLAN, from what the supplicant says. Pure: time and files are the actor's.
namespace phone::network {

// Numbers of phone.network.v1.AccessState.
enum class AccessState : std::uint8_t {
  kDisabled = 1,
  kDisconnected = 2,    // no link
  kConnecting = 3,      // asking whether there is an authenticator; looking for the network
  kAcquired = 4,        // there is one; associated
  kAuthenticating = 5,  // a method is under way
  kAuthenticated = 6,
  kHeld = 7,    // failed; the cause says why and when it is tried again
  kLogoff = 8,  // we left by ourselves
};
const char* name_of(AccessState state);

struct AccessStatus {
  AccessState state = AccessState::kDisabled;
  AccessCause cause = AccessCause::kNone;  // of the last failure; stays until success or another profile
  std::string detail;                      // whose certificate, which verdict
  std::string method;                      // "EAP-TLS"
  std::string tls_version;
  std::string identity;
  std::string server_subject;
  std::string server_certificate;  // DER of the leaf, as last seen
  bool provisioning = false;       // a PAC is being fetched for the first time
  unsigned failures = 0;           // in a row
  friend bool operator==(const AccessStatus&, const AccessStatus&) = default;
};

// A try with one profile.
struct Attempt {
  Medium medium = Medium::kWire;
  std::string method;  // as a user reads it
  std::string identity;
  bool eap = true;
  bool tls_alone = false;  // the profile names EAP-TLS
  // PEAP-GTC: a refused password has no message of its own, so that a refusal after the server's certificate is taken
  // for that. It proves nothing: the certificate may be shown, and the refusal sent, by anyone.
  bool silent_password = false;
  bool provisioning = false;
};

class AccessSession {
 public:
  const AccessStatus& status() const { return status_; }

  void disable();
  void lose_link();
  void log_off();
  // The supplicant has been told.
  void begin(Attempt attempt);
  // It could not even be tried.
  void fail(AccessCause cause, std::string detail);
  // Nobody answered for as long as we ask. The network is used as it is and asking goes on.
  void unanswered();
  // What the actor has to do next.
  enum class Next { kNothing, kConfirm, kFailed, kPassword, kLookAround };
  Next take(const SupplicantEvent& event);
  // The authoritative word after kConfirm, and whenever asked; false when it does not say authenticated.
  bool confirm(const SupplicantStatus& status);
  // Events have been lost: nothing said before them proves anything of what comes after.
  void miss_events();
  // What STATUS says after that. kOpen: let in, as after confirm(). kLost: what was open is no longer.
  enum class Resync { kNothing, kOpen, kLost };
  Resync resynchronise(const SupplicantStatus& status);
  // After kLookAround: what access points of this SSID offer ("[WPA2-PSK-CCMP]"); empty: there is none.
  void nothing_fits(const std::string& offered);
  // Whether the last failure is the word of the profile's server from within a finished tunnel. All else that ends a
  // session is said in the clear, by anyone.
  bool proven() const { return status_.cause == AccessCause::kPassword && password_refused_; }
  // Of a WLAN: the access point of the session under way; empty: unknown.
  const std::string& access_point() const { return access_point_; }
  // More about the last failure, for people.
  void add_detail(std::string_view more);
  // After kFailed: the PAC has changed meanwhile, so the failure was the protocol's way of saying "again".
  void renewed_pac();

 private:
  Next take_wlan(const SupplicantEvent& event);
  Next end(AccessCause cause, std::string detail);
  AccessCause judge() const;
  void forget_session();

  AccessStatus status_;
  Attempt attempt_;
  // Of the session under way.
  bool selected_ = false, tunnel_ = false, refused_method_ = false, saw_certificate_ = false, password_refused_ = false,
       key_unusable_ = false;
  std::string account_trouble_;  // said within the tunnel: of the account, not of the password
  std::string access_point_;
  AccessCause certificate_cause_ = AccessCause::kNone;
  std::string certificate_detail_;
};

}  // namespace phone::network
