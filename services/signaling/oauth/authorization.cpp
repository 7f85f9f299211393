// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/oauth/authorization.hpp"

#include <algorithm>
#include <utility>

#include "services/signaling/sip/bearer.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr char kNoServer[] = "the configuration names no authorization service (sipOAuthServer)";
constexpr char kNoCode[] = "it has to be authorized with an activation code (phonectl authorize)";
constexpr char kAnotherServer[] = "the configuration names another authorization service";
constexpr seconds kFirstRetry{5}, kLongestRetry{300};
constexpr seconds kAfterRefusal{30};  // a call manager that takes no token does not set the pace

seconds retry_after(int failures) {
  return std::min(kFirstRetry * (int64_t{1} << std::clamp(failures - 1, 0, 6)), kLongestRetry);
}

}  // namespace

std::string_view name_of(AuthorizationState state) {
  switch (state) {
    case AuthorizationState::kOff:
      return "off";
    case AuthorizationState::kNone:
      return "none";
    case AuthorizationState::kRedeeming:
      return "redeeming";
    case AuthorizationState::kWaiting:
      return "waiting";
    case AuthorizationState::kRefreshing:
      return "refreshing";
    case AuthorizationState::kHeld:
      return "held";
    case AuthorizationState::kRenewing:
      return "renewing";
  }
  return "";
}

void Authorization::enter(AuthorizationState state, std::string cause) {
  const AuthorizationState from = std::exchange(state_, state);
  if (from == state) return;
  delegate_.state_changed({"authorization", name_of(from), name_of(state), std::move(cause)});
  delegate_.changed();
}

bool Authorization::under_way() const {
  return state_ == AuthorizationState::kRedeeming || state_ == AuthorizationState::kRefreshing ||
         state_ == AuthorizationState::kRenewing;
}

void Authorization::configure(const Settings& settings, TimePoint now) {
  if (!settings.sip_oauth) {
    ++exchange_;  // what is out is of no use
    if (const Done done = std::exchange(done_, nullptr); done)
      done(absl::FailedPreconditionError("the configuration does not ask for SIP OAuth (sipOAuthMode)"));
    return enter(AuthorizationState::kOff, "the configuration does not ask for SIP OAuth");
  }
  const bool same = server_ == settings.oauth_server && device_name_ == settings.device_name;
  if (state_ != AuthorizationState::kOff && same) return;
  server_ = settings.oauth_server;
  device_name_ = settings.device_name;
  if (!same) {
    ++exchange_;  // what is out is of no use
    if (const Done done = std::exchange(done_, nullptr); done) done(absl::UnavailableError(kAnotherServer));
    access_token_ = {};  // the service before gave it
    good_until_ = {};
    failures_ = 0;
  }
  begin("SIP OAuth is asked for", now);
}

void Authorization::begin(std::string cause, TimePoint now) {
  if (!may_refresh()) {
    // A token of another service stays: the configuration may name that one again.
    if (!refresh_token_.empty()) reason_ = kAnotherServer;
    return enter(AuthorizationState::kNone, refresh_token_.empty() ? std::move(cause) : reason_);
  }
  reason_.clear();
  next_at_ = now;
  enter(now < good_until_ && !access_token_.empty() ? AuthorizationState::kHeld : AuthorizationState::kWaiting,
        std::move(cause));
  on_time(now);
}

void Authorization::restore(const crypto::Secret& record, TimePoint now) {
  std::string_view rest = record.view();
  OAuthServer giver{.host = std::string(take_until(rest, '\n')), .port = 0, .path = {}};
  giver.port = static_cast<uint16_t>(number(take_until(rest, '\n')).value_or(0) & 0xFFFF);
  giver.path = take_until(rest, '\n');
  if (!refresh_token_.empty() || !is_bearer_token(rest)) return;
  refresh_token_ = crypto::Secret::copy_of(rest);
  giver_ = std::move(giver);
  if (state_ != AuthorizationState::kNone) return;
  begin("the process before has left a refresh token", now);
}

void Authorization::authorize(std::string_view code, Done done) {
  auto digits = activation_code_of(code);
  if (!digits.ok()) return done(digits.status());
  if (state_ == AuthorizationState::kOff)
    return done(absl::FailedPreconditionError("the configuration does not ask for SIP OAuth (sipOAuthMode)"));
  if (server_.host.empty()) return done(absl::FailedPreconditionError(kNoServer));
  if (under_way())
    return done(absl::FailedPreconditionError("the authorization service has not answered the request before yet"));
  done_ = std::move(done);
  exchange(*std::move(digits));
}

void Authorization::exchange(crypto::Secret code) {
  TokenRequest request{
      .server = server_, .device_name = device_name_, .activation_code = std::move(code), .refresh_token = {}};
  if (!request.activation_code.empty()) {
    enter(AuthorizationState::kRedeeming, "an activation code was typed");
  } else {
    request.refresh_token = refresh_token_;
    enter(holds() ? AuthorizationState::kRenewing : AuthorizationState::kRefreshing, "a new token is due");
  }
  const uint64_t number = ++exchange_;
  port_.exchange_token(
      request, [this, number](const absl::StatusOr<TokenReply>& reply) { on_reply(number, reply, delegate_.now()); });
}

void Authorization::on_reply(uint64_t number, const absl::StatusOr<TokenReply>& reply, TimePoint now) {
  if (number != exchange_) return;
  const Done done = std::exchange(done_, nullptr);
  if (reply.ok())
    take(*reply, now);
  else
    fail(reply.status(), now);
  if (done) done(reply.status());
}

void Authorization::take(const TokenReply& reply, TimePoint now) {
  failures_ = 0;
  reason_.clear();
  access_token_ = reply.access_token;
  if (!reply.refresh_token.empty()) {
    refresh_token_ = reply.refresh_token;
    giver_ = server_;
    port_.save_authorization(
        crypto::Secret(cat(giver_.host, "\n", giver_.port, "\n", giver_.path, "\n", refresh_token_.view())));
  }
  good_until_ = now + reply.good_for;
  good_until_shown_ = port_.wall() + reply.good_for;
  next_at_ = now + reply.good_for * 4 / 5;
  enter(AuthorizationState::kHeld, "the authorization service gave a token");
  delegate_.changed();
  port_.report("authorization.token", Severity::kInfo,
               cat("the authorization service ", server_.host, " gave a token for ", reply.good_for.count(), " s"), {});
  delegate_.renewed(now);
}

void Authorization::fail(const absl::Status& status, TimePoint now) {
  const std::string why = cat(status.message());
  port_.report("authorization.failed", Severity::kWarning, why, {{"server", server_.host}});
  if (state_ == AuthorizationState::kRedeeming) {
    // The tokens that were there before stay.
    reason_ = why;
    if (now < good_until_ && !access_token_.empty()) return enter(AuthorizationState::kHeld, why);
    next_at_ = now + retry_after(++failures_);
    return enter(may_refresh() ? AuthorizationState::kWaiting : AuthorizationState::kNone, why);
  }
  if (absl::IsPermissionDenied(status)) return forget(why);
  reason_ = why;
  next_at_ = now + retry_after(++failures_);
  enter(state_ == AuthorizationState::kRenewing && now < good_until_ ? AuthorizationState::kHeld
                                                                     : AuthorizationState::kWaiting,
        why);
  delegate_.changed();
}

void Authorization::forget(std::string why) {
  reason_ = std::move(why);
  access_token_ = {};
  refresh_token_ = {};
  port_.save_authorization({});
  enter(AuthorizationState::kNone, reason_);
}

absl::StatusOr<crypto::Secret> Authorization::token(TimePoint now) const {
  // Good also while another one is being asked for.
  if (state_ != AuthorizationState::kOff && !access_token_.empty() && now < good_until_) return access_token_;
  if (server_.host.empty()) return absl::FailedPreconditionError(cat("the phone cannot have one: ", kNoServer));
  if (state_ == AuthorizationState::kNone || state_ == AuthorizationState::kOff)
    return absl::FailedPreconditionError(
        cat("the phone has none: ", reason_.empty() ? "" : cat(reason_, "; "), kNoCode));
  return absl::FailedPreconditionError(
      cat("the phone has none yet: ", reason_.empty() ? "the authorization service is being asked" : reason_));
}

void Authorization::refused(TimePoint now) {
  if (state_ != AuthorizationState::kHeld) return;
  const bool again = refused_at_.has_value() && now < *refused_at_ + kAfterRefusal;
  next_at_ = std::min(next_at_, again ? *refused_at_ + kAfterRefusal : now);
  refused_at_ = now;
}

void Authorization::on_time(TimePoint now) {
  if (holds() && now >= good_until_) {
    access_token_ = {};
    if (state_ == AuthorizationState::kHeld) {
      enter(AuthorizationState::kWaiting, "the token is over");
    } else {
      enter(AuthorizationState::kRefreshing, "the token is over");
    }
  }
  const bool waits = state_ == AuthorizationState::kWaiting || state_ == AuthorizationState::kHeld;
  if (!waits || now < next_at_ || !may_refresh()) return;
  exchange({});
}

std::optional<TimePoint> Authorization::deadline() const {
  std::optional<TimePoint> first;
  const bool waits = state_ == AuthorizationState::kWaiting || state_ == AuthorizationState::kHeld;
  if (waits && may_refresh()) first = next_at_;
  if (holds() && (!first.has_value() || good_until_ < *first)) first = good_until_;
  return first;
}

std::optional<AuthorizationView> Authorization::view() const {
  if (state_ == AuthorizationState::kOff) return std::nullopt;
  AuthorizationView view{.held = holds(), .good_until = good_until_shown_, .reason = reason_};
  if (view.held) return view;
  if (const auto none = token(good_until_); !none.ok()) view.reason = cat(none.status().message());
  return view;
}

}  // namespace phone::signaling
