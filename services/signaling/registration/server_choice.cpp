// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Which server has the phone: the next one when one is lost, an SRST router when no call manager is left, and the way
// back (cisco-formats.md G2).
#include <algorithm>

#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

bool RegistrationClient::call_manager_left(TimePoint now) const {
  return std::any_of(servers_.begin(), servers_.end(), [&](const Server& server) {
    if (server.target.srst || !server.target.unusable.empty()) return false;
    if (is_connected(server.state)) return !server.silent;
    return server.failures < 2 && now < server.away_since.value_or(now) + kGoneAfter;
  });
}

void RegistrationClient::rest_routers(TimePoint now) {
  if (!active_.has_value() || !call_manager_left(now)) return;
  for (size_t index = 0; index < servers_.size(); ++index) {
    Server& server = servers_[index];
    if (!server.target.srst || active_ == index || server.flow == 0 || is_busy(server.state)) continue;
    const FlowId flow = std::exchange(server.flow, 0);
    server.failures = 0;
    server.retry_at = server.away_since.emplace(now);
    server.next_reason = LastReason::kInitialized;
    enter(server, ServerEvent::kFlowLost, "a call manager is back");
    set_reason(server, "");
    forget_flow(flow, now);
    ua_port_.close_flow(flow);
  }
}

void RegistrationClient::next_reason_is(LastReason reason) {
  for (Server& server : servers_) server.next_reason = reason;
}

void RegistrationClient::choose(TimePoint now) {
  std::vector<ServerFacts> facts;
  for (const Server& server : servers_) {
    const bool held_off = now < server.hold_until;
    const bool missed = server.stood && server.away_since.has_value() && now >= *server.away_since + kComesBackWithin;
    facts.push_back({.srst = server.target.srst,
                     .up = is_connected(server.state) && !held_off,
                     .given_up = server.failures > 0 || held_off || missed || !server.target.unusable.empty(),
                     .silent = server.silent});
  }
  auto chosen = choose_active(facts, active_);
  if (chosen == active_) return;
  active_ = chosen;
  if (chosen.has_value()) start(*chosen, now);
}

// A better server has been up long enough and there is no call: asks it for a token, then moves (cisco-formats.md G2).
std::optional<TimePoint> RegistrationClient::returns_at(size_t better) const {
  const bool settled = !anew_.has_value() && active_.has_value() && holds_registration(servers_[*active_].state);
  const bool asking = std::any_of(servers_.begin(), servers_.end(),
                                  [](const Server& server) { return server.state == ServerState::kAskingToReturn; });
  if (!settled || asking || better >= *active_ || !delegate_.idle()) return std::nullopt;
  const Server& server = servers_[better];
  if (server.target.srst || server.state != ServerState::kStandby) return std::nullopt;  // no router gives a token
  return std::max({server.up_since + settings_.connection_monitor, server.hold_until, server.return_at});
}

void RegistrationClient::try_to_return(TimePoint now) {
  for (size_t better = 0; better < servers_.size(); ++better) {
    Server& server = servers_[better];
    const auto due = returns_at(better);
    if (!due.has_value() || now < *due) continue;
    enter(server, ServerEvent::kTokenAsked, "a better server is back");
    transact(
        better, [](const RegisterFacts& facts) { return make_token_request(facts); },
        [this, better](int status, const Message* response, TimePoint later) {
          if (unanswered(status, response))
            return give_up_silent(better, "the fallback request was not answered", later);
          if (status < 200 || status >= 300 || !active_.has_value() || *active_ <= better) {
            enter(servers_[better], ServerEvent::kTokenRefused, cat("the fallback request was answered with ", status));
            servers_[better].return_at = later + return_delay(status, response, ++servers_[better].return_refusals);
            return;
          }
          size_t old = *active_;
          active_ = better;
          servers_[better].return_refusals = 0;
          servers_[better].next_reason = LastReason::kFallback;
          send_unregister(old, LastReason::kFallback, "a better server has been chosen", later);
          start(better, later);
        },
        now);
    return;
  }
}

void RegistrationClient::note_out_of_service(const Server& server, FlowId flow, LastReason reason) {
  out_of_service_ = OutOfService{.reason = reason,
                                 .at = ua_port_.wall(),
                                 .server = server.target.address,
                                 .local_address = server.facts.local_address,
                                 .events = transactions_.last_events(flow)};
}

void RegistrationClient::report_out_of_service(size_t index, TimePoint now) {
  if (!out_of_service_.has_value() || servers_[index].state != ServerState::kRegistered) return;
  enter(servers_[index], ServerEvent::kAlarmSent, "how the registration before ended");
  transact(
      index,
      [this, out = *out_of_service_](const RegisterFacts& facts) { return make_out_of_service(facts, out, network_); },
      [this, index, at = out_of_service_->at](int status, const Message*, TimePoint) {
        enter(servers_[index], ServerEvent::kAlarmAnswered, cat("answered ", status));
        const bool taken = status >= 200 && status < 300;
        if (taken && out_of_service_.has_value() && out_of_service_->at == at) out_of_service_.reset();
        if (!taken)
          ua_port_.report("alarm.refused", Severity::kWarning,
                          cat("the report of the time out of service was answered ", status),
                          {{"status", cat(status)}});
      },
      now);
}

}  // namespace phone::signaling
