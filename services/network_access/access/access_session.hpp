// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/network_access/access/access_story.hpp"
#include "services/network_access/access/eap_conversation.hpp"
#include "services/network_access/dot1x/access_cause.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"
#include "services/network_access/supplicant/supplicant_status.hpp"

// The status of 802.1X and WLAN as a user reads it, from the supplicant's events. Pure: time and files are the actor's.
namespace phone::network {

// As phone.network.v1.AccessState.
enum class AccessState : std::uint8_t {
  kDisabled = 1,        // Neither the profile nor the policy wants it.
  kDisconnected = 2,    // It is wanted, and the port has no link.
  kConnecting = 3,      // We ask whether there is an authenticator, or look for the network.
  kAcquired = 4,        // There is an authenticator; in a WLAN we are associated.
  kAuthenticating = 5,  // A method has been agreed on and runs.
  kAuthenticated = 6,   // STATUS says that we are let in. On a wire that holds while the switch asks again.
  kHeld = 7,            // It failed; the cause says why. It is tried again after a pause.
  kUnproven = 9,        // The switch let us in without authentication; it may ask later. Wire only.
};
const char* name_of(AccessState state);

// Where the profile in force comes from, for people.
struct ProfileSource {
  std::string profile;                   // "the phone's menu", "the configuration"; empty: there is none
  std::vector<std::string> authorities;  // "CN=Root CA (the configuration)"
  std::vector<std::string> servers;      // names of which one has to be in the server's certificate
  bool locked = false;                   // the phone's menu cannot change it
  std::string digest;                    // of a WLAN profile of the configuration
  friend bool operator==(const ProfileSource&, const ProfileSource&) = default;
};
// One of the WLAN profiles that the phone has.
struct ProfileChoice {
  std::string ssid, source, method;
  bool in_force = false;
  std::string refused;  // why it is not used; empty: it is, or would be
  friend bool operator==(const ProfileChoice&, const ProfileChoice&) = default;
};

struct AccessStatus {
  AccessState state = AccessState::kDisabled;
  AccessCause cause = AccessCause::kNone;  // of the last failure; stays until success or another profile
  std::string detail;                      // the certificate's subject, the verdict
  std::string method;                      // "EAP-TLS"
  std::string tls_version;
  std::string identity;
  std::string own_certificate;  // the phone shows it: which one, and its issuer; empty: none
  std::string server_subject;
  std::string server_certificate;  // DER of the leaf, as last seen
  bool provisioning = false;       // a PAC is being fetched for the first time
  unsigned failures = 0;           // in a row
  std::vector<AccessStep> story;   // the last steps, oldest first
  ProfileSource source;
  std::vector<ProfileChoice> choices;  // of a WLAN, that in force first
  friend bool operator==(const AccessStatus&, const AccessStatus&) = default;
};

// The machine behind that status. Events and orders of a state that does not name them change nothing.
class AccessSession {
 public:
  struct Delegate {
    // Another state than before, and the cause.
    std::function<void(AccessState from, AccessState to, std::string_view cause)> entered;
  };
  explicit AccessSession(Delegate delegate = {}) : delegate_(std::move(delegate)) {}

  const AccessStatus& status() const { return status_; }

  void disable();
  void lose_link();
  // The supplicant has its network.
  void begin(Attempt attempt);
  // It could not even be tried.
  void fail(AccessCause cause, std::string detail);
  // No answer in the time given. While connecting, the network is used as it is and asking goes on.
  void unanswered();
  // What the caller has to do next.
  enum class Next {
    kNothing,
    kConfirm,
    kFailed,
    kPassword,
    kLookAround,
    // The switch has ended the conversation. The supplicant is to say how it sees that: by an event, or by STATUS
    // (judge), or not at all (judge_unheard).
    kJudge,
    kUnproven,  // let in without authentication
    kNotAsked,  // ended by the switch without a question
  };
  Next take(const SupplicantEvent& event);
  // After kJudge, by STATUS.
  Next judge(const SupplicantStatus& status);
  // After kJudge: neither event nor STATUS has said anything for so long that the supplicant has discarded the frame.
  Next judge_unheard();
  // The authoritative STATUS, after kConfirm and whenever asked; false when it does not say authenticated.
  bool confirm(const SupplicantStatus& status);
  // Events have been lost: earlier ones prove nothing about what follows.
  void miss_events();
  // STATUS after that. kOpen: let in, as after confirm(). kLost: it was open and is not any more.
  enum class Resync { kNothing, kOpen, kLost };
  Resync resynchronise(const SupplicantStatus& status);
  // After kLookAround: the security that access points of this SSID offer ("[WPA2-PSK-CCMP]"); empty: none in reach.
  void nothing_fits(const std::string& offered);
  // Whether the last failure came from the profile's server within a finished tunnel. Every other end of a session is
  // sent in the clear and may come from anyone.
  bool proven() const { return status_.cause == AccessCause::kPassword && conversation_.password_refused(); }
  // Of a WLAN: the access point of the session under way; empty: unknown.
  const std::string& access_point() const { return access_point_; }
  // More about the last failure, for people.
  void add_detail(std::string_view more);
  // After kFailed: the PAC has changed meanwhile, so the failure was the protocol's way of saying "again".
  void renewed_pac();

 private:
  void enter(AccessState state, std::string_view cause);
  bool open() const { return status_.state == AccessState::kAuthenticated; }
  // Events while held are about the pause, not about a new try.
  bool held() const { return status_.state == AccessState::kHeld; }
  bool wlan() const { return attempt_.medium == Medium::kWlan; }
  bool refused() const { return final_ == Final::kFailure || final_ == Final::kSuccessAfterFailure; }
  bool linked() const { return status_.state != AccessState::kDisabled && status_.state != AccessState::kDisconnected; }
  Next end(AccessCause cause, std::string detail);
  Next end_as_judged();
  template <class Event>
  Next note(const Event& event);
  Next on(const supplicant::EapStarted&);
  Next on(const supplicant::MethodProposed& proposed) { return note(proposed); }
  Next on(const supplicant::MethodSelected& selected);
  Next on(const supplicant::PeerCertificateShown& shown);
  Next on(const supplicant::PeerCertificateRefused& refused) { return note(refused); }
  Next on(const supplicant::PasswordRefused& refused) { return note(refused); }
  Next on(const supplicant::PasswordRequested&) { return Next::kPassword; }
  Next on(const supplicant::MethodSetupFailed& failed) { return note(failed); }
  Next on(const supplicant::TlsAlertReceived& alert) { return note(alert); }
  Next on(const supplicant::EapSucceeded&);
  Next on(const supplicant::EapFailed&);
  Next on(const supplicant::SuccessFrameSeen&);
  Next on(const supplicant::FailureFrameSeen&);
  Next let_in_unproven();
  Next not_asked();
  Next on(const supplicant::Connected&);
  Next on(const supplicant::Disconnected& disconnected);
  Next on(const supplicant::Associated& associated);
  Next on(const supplicant::NetworkNotFound&);
  Next on(const supplicant::NetworkDisabled& disabled);
  Next on(const supplicant::AuthenticationRejected& rejected);
  Next on(const supplicant::AssociationRejected& rejected);
  Next on(const supplicant::ScanCompleted&) { return Next::kNothing; }
  Next on(const supplicant::SignalChanged&) { return Next::kNothing; }

  const Delegate delegate_;
  AccessStatus status_;  // with the state
  Attempt attempt_;
  EapConversation conversation_;  // under way, or the last one
  bool asked_ = false;            // the switch has sent an identity request in this conversation
  enum class Final : std::uint8_t {
    kNone,                 // The conversation goes on.
    kSuccess,              // It was ended by EAP-Success.
    kFailure,              // It was ended by EAP-Failure; the supplicant may not have heard it.
    kSuccessAfterFailure,  // Refused, and let in all the same: the supplicant may take that for its success.
  };
  Final final_ = Final::kNone;
  std::string access_point_;
};

}  // namespace phone::network
