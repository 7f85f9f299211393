// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/secret.hpp"
#include "common/settings/refusal_pace.hpp"
#include "services/network_access/access/access_profile.hpp"
#include "services/network_access/access/access_session.hpp"
#include "services/network_access/access/access_story.hpp"
#include "services/network_access/access/profile_in_force.hpp"
#include "services/network_access/access/supplicant_setup.hpp"
#include "services/network_access/supplicant/supplicant_plan.hpp"
#include "services/network_access/wlan/refusals.hpp"

// The phone's access to one port, a wire with 802.1X or a WLAN: makes the supplicant do what profile, policy, link and
// certificates ask for. Level-triggered: every change of them ends in the same reconciliation. Time is the caller's.
namespace phone::network {

struct CertificatesChanged {
  std::string device_name;
  std::vector<OwnCertificate> certificates;
};
// The CAs on the trust lists.
struct AuthoritiesListed {
  std::vector<std::string> certificates;  // DER
};
struct ApplyProfileResult {
  std::string refusal;  // empty: taken
  std::string remark;   // taken, but the configuration decides otherwise
};

class Access {
 public:
  enum class State : std::uint8_t {
    // The supplicant knows no network of ours.
    kOff,              // Neither profile nor policy wants it, or nothing has been looked at yet.
    kNoSupplicant,     // It is wanted, and the supplicant is being started again.
    kUnidentified,     // The certificate manager has not named the phone and its certificates yet.
    kPasswordCleared,  // The stored password was cleared; so it stays until the user enters one.
    kGivenUp,          // It could not even be tried; looked at again when the timer ends.
    // From here on the supplicant has our network.
    kNoLink,      // The cable is out.
    kAsking,      // No answer yet; the timer says how long that is normal.
    kUnanswered,  // No answer in that time. The network is used as it is, and asking goes on.
    kInSession,   // An authenticator or access point has answered; the timer bounds the session.
    kConfirming,  // Success was reported and STATUS does not say so yet; it is asked again, so many times at most.
    kJudging,     // Wire: the switch has ended the session. The timer bounds the wait for the supplicant's view of it.
    kUnproven,    // Wire: we are let in without authentication. The supplicant asks again by itself.
    kAdmitted,    // We are let in. The timer, if any, says when the PAC is to be renewed.
    kLost,        // WLAN: the access point is gone, and the supplicant looks for another one. The timer goes on.
    kPaused,      // The session has failed; the next one begins when the timer ends.
  };
  enum class Severity : std::uint8_t { kInfo, kWarning, kError };

  struct Now {
    std::chrono::steady_clock::time_point steady;  // monotonic
    absl::Time wall;                               // for certificates and PACs
    bool clock_known = true;                       // false: it is not before `wall`, and nothing is too early
  };

  // Carries out what the machine orders.
  class Delegate {
   public:
    virtual ~Delegate() = default;
    virtual void entered(State from, State to, std::string_view cause) = 0;
    virtual void session_entered(AccessState from, AccessState to, std::string_view cause) = 0;
    // The supplicant gets these commands; one it refuses is answered by refused().
    virtual void run(Plan plan) = 0;
    // Answered by take_status() with the same number, or not at all.
    virtual void ask_status(std::uint64_t question) = 0;
    // Answered by take_scan_results(), or not at all.
    virtual void ask_access_points() = 0;
    // tick() after this time; a later call replaces it. None: no more.
    virtual void arm(std::optional<std::chrono::milliseconds> time) = 0;
    // The profile in force.
    virtual void publish(const AccessProfile& profile, const AccessStatus& status) = 0;
    virtual void tell(std::string kind, Severity severity, std::string text) = 0;
    virtual absl::Status save(const AccessProfile& profile) = 0;
    // What the phone has learned by itself: what finds no room is tried again until it is saved.
    virtual void keep(const AccessProfile& profile) = 0;
    // The files the supplicant reads, and the PAC it writes; see CredentialDirectory.
    virtual absl::Status write_files(const SupplicantSetup& setup, const AccessProfile& profile,
                                     const std::string& owner) = 0;
    virtual void forget_files() = 0;
    virtual absl::StatusOr<bool> keep_pac(const std::string& owner) = 0;
    virtual const crypto::Secret& pac() const = 0;
  };

  struct Settings {
    AccessProfile profile;    // as stored; its kind is the port's
    AccessPolicy policy;      // as last applied
    EapEnvironment around{};  // the product and the paths of the files
  };

  Access(Settings settings, Delegate& delegate);
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  State state() const { return state_; }
  const AccessProfile& profile() const { return candidates_[candidate_].profile; }  // in force
  const AccessStatus& status() const { return session_.status(); }

  // What is wanted.
  ApplyProfileResult apply(const AccessProfile& profile, Now now);
  void change_policy(const AccessPolicy& policy, Now now);
  void change_certificates(CertificatesChanged installed, Now now);
  void change_authorities(AuthoritiesListed listed, Now now);
  // Of a cable; a WLAN has a link when it is authenticated, not before.
  void change_link(bool up, Now now);
  // The clock was set: what was judged without a known time is judged again.
  void change_clock(Now now);
  // Serving: it serves the interface and knows no network.
  void change_supplicant(bool serving, Now now);

  // Reports of the supplicant.
  void take(const SupplicantEvent& event, Now now);
  void miss_events(Now now);
  void refused(const absl::Status& status, Now now);
  void take_status(std::uint64_t question, std::string_view answer, Now now);
  void take_scan_results(std::string_view answer, Now now);

  void tick(Now now);

 private:
  void enter(State state, std::string_view cause);
  bool configured() const { return state_ >= State::kNoLink; }
  bool asking_or_further() const { return state_ >= State::kAsking; }
  bool enabled() const { return network::enabled(own_, policy_); }
  // Of the user's profile, the policy and the lists; with another first choice it starts from that.
  void choose_profile();
  // The next of several WLANs, when this one is not in reach.
  void try_next_profile(Now now);
  AccessProfile& used() { return candidates_[candidate_].profile; }
  void keep_learned();
  const char* title() const { return medium_ == Medium::kWlan ? "WLAN" : "802.1X"; }
  std::string owner() const;
  EapEnvironment around() const;

  // Makes the supplicant follow profile, policy, link and certificates. True when it does so already and may go on.
  bool reconcile(std::string_view cause, Now now);
  // The same, and from the beginning in any case.
  void restart(std::string_view cause, Now now);
  void rest(std::string_view cause);
  void give_up(AccessCause cause, std::string detail, Now now);
  // EAPOL-Logoff or disassociation; the supplicant's network and its files are removed.
  void leave();
  void begin(std::string_view cause, Now now);
  // True when the password was cleared. Roots are judged before anything is sent.
  bool stays_without_password(Now now);
  void tell_failure(Now now) { tell_outcome("access.failed", Severity::kWarning, now); }
  // The last outcome with its cause and cure, as an event and as a step of the story.
  void tell_outcome(const char* kind, Severity severity, Now now);
  void publish();
  // A step of the story, by this phone.
  void tell_step(std::string what, Now now) { story_.add({now.wall, Party::kPhone, std::move(what)}); }

  // What follows from the supplicant's reports (access_outcome.cpp).
  void follow(AccessSession::Next next, Now now);
  void start_session(std::string_view cause);
  void judge();
  void let_in_unproven(Now now);
  void not_asked(Now now);
  void stop_session();
  void failed(Now now);
  // F70: whether this failure is believed. Otherwise the status says that the password was kept.
  bool costs_password(WlanTrouble trouble, Now now);
  // The phone has been let in: the access point is known from now on, and earlier refusals no longer count.
  void let_in(const std::string& access_point);
  // F70. The profile stays, without its password, until the user enters one.
  bool clear_password(WlanTrouble trouble);
  bool store_pac();
  std::uint64_t ask_status();
  void resynchronise(const SupplicantStatus& status, Now now);
  void confirm(const SupplicantStatus& status, Now now);
  void admitted(const SupplicantStatus& status, AccessState before, Now now);
  void lose_access_point(std::string_view cause);
  void watch_pac(Now now);

  Delegate& delegate_;
  const Medium medium_;
  const EapEnvironment files_;

  // Wanted, and available for it, as last reported.
  AccessProfile own_;  // of the phone's menu
  AccessPolicy policy_;
  std::vector<std::string> listed_;  // CAs on the trust lists
  std::optional<CertificatesChanged> installed_;
  bool link_, supplicant_ = false;

  // What comes of it: never empty.
  std::vector<ProfileInForce> candidates_;
  std::size_t candidate_ = 0;

  State state_ = State::kOff;
  AccessSession session_;
  Refusals refusals_;
  AccessStory story_;
  std::optional<SupplicantSetup> applied_;  // what the supplicant does; none: to be sent again
  std::uint64_t questions_ = 0, confirmation_ = 0, resync_ = 0, verdict_ = 0;  // all, and the last of each kind
  int confirmations_ = 0;                                                      // in a row that said no
  std::optional<std::chrono::steady_clock::time_point> flood_told_;
  settings::RefusalPace lock_refusals_;
};

const char* name_of(Access::State state);

}  // namespace phone::network
