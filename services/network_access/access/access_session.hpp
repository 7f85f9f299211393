// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "services/network_access/access/eap_conversation.hpp"
#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"
#include "services/network_access/supplicant/supplicant_status.hpp"

// What the user reads about 802.1X and WLAN, from what the supplicant says. Pure: time and files are the actor's.
namespace phone::network {

// Numbers of phone.network.v1.AccessState.
enum class AccessState : std::uint8_t {
  kDisabled = 1,        // Neither the profile nor the policy wants it.
  kDisconnected = 2,    // It is wanted, and the port has no link.
  kConnecting = 3,      // We ask whether there is an authenticator, or look for the network.
  kAcquired = 4,        // There is an authenticator; in a WLAN we are associated.
  kAuthenticating = 5,  // A method has been agreed on and runs.
  kAuthenticated = 6,   // STATUS says that we are let in. On a wire that holds while the switch asks again.
  kHeld = 7,            // It failed; the cause says why. It is tried again after a pause.
  kLogoff = 8,          // We have left of our own accord.
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

// The machine behind that status. Events and orders of a state that does not name them change nothing.
class AccessSession {
 public:
  struct Delegate {
    // Another state than before, and what caused it.
    std::function<void(AccessState from, AccessState to, std::string_view cause)> entered;
  };
  AccessSession() = default;
  explicit AccessSession(Delegate delegate) : delegate_(std::move(delegate)) {}

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
  bool proven() const { return status_.cause == AccessCause::kPassword && conversation_.password_refused(); }
  // Of a WLAN: the access point of the session under way; empty: unknown.
  const std::string& access_point() const { return access_point_; }
  // More about the last failure, for people.
  void add_detail(std::string_view more);
  // After kFailed: the PAC has changed meanwhile, so the failure was the protocol's way of saying "again".
  void renewed_pac();

 private:
  void enter(AccessState state, std::string_view cause);
  Next take_wlan(const SupplicantEvent& event);
  Next end(AccessCause cause, std::string detail);

  const Delegate delegate_;
  AccessStatus status_;  // with the state
  Attempt attempt_;
  EapConversation conversation_;  // under way, or the last one
  std::string access_point_;
};

}  // namespace phone::network
