// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "services/signaling/oauth/token_message.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

// What the authorization asks for.
class AuthorizationPort : public virtual SipPort {
 public:
  // `done` comes as an event of the user agent, once.
  using Exchanged = std::function<void(const absl::StatusOr<TokenReply>&)>;
  virtual void exchange_token(const TokenRequest& request, Exchanged done) = 0;
  // The refresh token and whose it is, kept sealed for the next process; empty: forgotten.
  virtual void save_authorization(const crypto::Secret& record) = 0;
};

enum class AuthorizationState : uint8_t {
  kOff,         // The configuration does not ask for SIP OAuth.
  kNone,        // There are no tokens: an activation code is needed.
  kRedeeming,   // An activation code is being exchanged.
  kWaiting,     // There is a refresh token and no access token: it is asked for again when its time has come.
  kRefreshing,  // A refresh token is being exchanged.
  kHeld,        // There is an access token.
  kRenewing,    // The same, and the next one is asked for.
};
std::string_view name_of(AuthorizationState state);

// As it is shown to people (signaling.proto Authorization).
struct AuthorizationView {
  bool held = false;
  WallTime good_until{};
  std::string reason;
};

// The tokens of SIP OAuth (cucm-calls.md 11): a code becomes two tokens, the refresh token a new access token before
// the last one is over. No token is in an event or a log.
class Authorization {
 public:
  struct Delegate {
    std::function<void(TimePoint)> renewed = [](TimePoint) {};  // there is another access token
    std::function<void()> changed = [] {};
    std::function<TimePoint()> now = [] { return TimePoint{}; };
    StateObserver state_changed = [](const StateChange&) {};
  };
  using Done = std::function<void(const absl::Status&)>;

  Authorization(AuthorizationPort& port, Delegate delegate) : port_(port), delegate_(std::move(delegate)) {}

  void configure(const Settings& settings, TimePoint now);
  // The record of the process before.
  void restore(const crypto::Secret& record, TimePoint now);
  // `done` is called once.
  void authorize(std::string_view code, Done done);
  // FAILED_PRECONDITION with a sentence that follows "and": "the phone has none: ..".
  absl::StatusOr<crypto::Secret> token(TimePoint now) const;
  // The call manager has not taken it.
  void refused(TimePoint now);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  std::optional<AuthorizationView> view() const;

 private:
  void enter(AuthorizationState state, std::string cause);
  void begin(std::string cause, TimePoint now);
  // Of the code, or without one of the refresh token.
  void exchange(crypto::Secret code);
  void on_reply(uint64_t number, const absl::StatusOr<TokenReply>& reply, TimePoint now);
  void take(const TokenReply& reply, TimePoint now);
  void fail(const absl::Status& status, TimePoint now);
  void forget(std::string why);
  bool under_way() const;
  bool may_refresh() const { return !refresh_token_.empty() && giver_ == server_ && !server_.host.empty(); }
  bool holds() const { return state_ == AuthorizationState::kHeld || state_ == AuthorizationState::kRenewing; }

  AuthorizationPort& port_;
  Delegate delegate_;
  AuthorizationState state_ = AuthorizationState::kOff;
  OAuthServer server_;
  OAuthServer giver_;  // of the refresh token, which is shown to no other one
  std::string device_name_;
  crypto::Secret access_token_, refresh_token_;
  TimePoint good_until_{}, next_at_{};
  WallTime good_until_shown_{};
  std::string reason_;                   // why there is no token
  int failures_ = 0;                     // of the service, in a row
  std::optional<TimePoint> refused_at_;  // by the call manager
  uint64_t exchange_ = 0;
  Done done_;
};

}  // namespace phone::signaling
