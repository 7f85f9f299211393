// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The requests of a registration and what their answers do to it.
#include <cstdlib>

#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

using std::chrono::seconds;

namespace {
constexpr seconds kClocksAgree{10};    // cucm-calls.md 14
constexpr int kMostExpiresRaises = 2;  // of the time asked for, in one attempt (423)
}  // namespace

// Sends the request of `make`; `done` gets its final answer. Answers for a server that has been replaced meanwhile are
// ignored: the Call-ID shows whether it is the same.
void RegistrationClient::transact(size_t index, Make make, Done done, TimePoint now) {
  Server& server = servers_[index];
  auto same = [this, index, flow = server.flow, call_id = server.call_id] {
    return index < servers_.size() && servers_[index].call_id == call_id && servers_[index].flow == flow;
  };
  Requests::Plan plan;
  plan.flow = server.flow;
  plan.make = [this, index, same, make = std::move(make)]() -> std::optional<Message> {
    if (!same()) return std::nullopt;
    return make(facts_of(servers_[index]));
  };
  plan.done = [this, index, same, done = std::move(done)](const TransactionLayer::Outcome& outcome) {
    if (!same()) return;
    if (outcome.what == TransactionLayer::Outcome::kResponse && outcome.response->status < 200) return;
    if (outcome.what == TransactionLayer::Outcome::kResponse) {
      ++servers_[index].answers;
      servers_[index].silent = false;
      judge_certificate(servers_[index], *outcome.response);
    }
    if (!outcome.challenge.empty()) servers_[index].reason = outcome.challenge;
    done(outcome.status(), outcome.response, outcome.now);
  };
  requests_.send(std::move(plan), now);
}

// Only over TLS was a certificate shown. Each refresh reports again until certificate_manager has taken it down.
void RegistrationClient::judge_certificate(Server& server, const Message& response) {
  const bool held = response.status < 300;
  if (response.cseq_method != "REGISTER" || (!held && response.status != 403)) return;
  if (server.facts.client_key.empty() || server.certificate == CertificateState::kProven) return;
  ua_port_.report_identity_use(
      server.flow,
      {.key = server.facts.client_key, .held = held, .server = server.target.address, .reason = held ? "" : "403"});
}

std::optional<Alarm> RegistrationClient::alarm_pending() const {
  const std::vector<Alarm>& alarms = settings_.alarms;
  // Numbers that went back are those of a policy that began anew: what was reported before it is not among them.
  const uint64_t reported = !alarms.empty() && alarms.back().number < reported_.number ? 0 : reported_.number;
  for (size_t i = 0; i < alarms.size(); ++i) {
    if (alarms[i].number <= reported) continue;
    while (i + 1 < alarms.size()) {
      Alarm next = alarms[i + 1];
      next.number = alarms[i].number;
      if (!(next == alarms[i])) break;
      ++i;
    }
    return alarms[i];
  }
  return std::nullopt;
}

void RegistrationClient::send_alarms(size_t index, TimePoint now, std::function<void(TimePoint)> then) {
  const std::optional<Alarm> pending = alarm_pending();
  // An SRST router has no use for it: a call manager gets it.
  if (!pending.has_value() || servers_[index].target.srst) return then(now);
  enter(servers_[index], ServerEvent::kAlarmSent, cat("trust list alarm ", pending->code));
  transact(
      index, [alarm = *pending](const RegisterFacts& facts) { return make_alarm(facts, alarm); },
      [this, index, alarm = *pending, then](int status, const Message*, TimePoint later) {
        Server& server = servers_[index];
        const bool wanted = is_reporting(server.state);
        enter(server, ServerEvent::kAlarmAnswered, cat("trust list alarm answered ", status));
        if (status >= 200 && status < 300) {
          server.alarm_accepted = alarm.code;
          reported_ = alarm;
          delegate_.alarm_accepted(alarm);
          ua_port_.report("alarm.accepted", Severity::kInfo,
                          cat("the call manager acknowledged trust list alarm ", alarm.code),
                          {{"code", cat(alarm.code)}, {"server", server.target.address}});
          delegate_.changed();
          return wanted ? send_alarms(index, later, then) : void();
        } else {
          ua_port_.report("alarm.refused", Severity::kWarning,
                          cat("trust list alarm ", alarm.code, " was answered ", status),
                          {{"code", cat(alarm.code)}, {"status", cat(status)}});
        }
        if (wanted) then(later);
      },
      now);
}

void RegistrationClient::send_register(size_t index, TimePoint now, int raised) {
  if (anew_reason_.has_value()) servers_[index].next_reason = anew_reason_;
  auto reason = servers_[index].next_reason;
  enter(servers_[index], ServerEvent::kRegisterSent, "the registration is due");
  transact(
      index,
      [reason](RegisterFacts facts) {
        facts.reason = reason;
        return make_register(facts);
      },
      [this, index, raised](int status, const Message* response, TimePoint later) {
        on_register_answer(index, status, response, raised, later);
      },
      now);
}

void RegistrationClient::on_register_answer(size_t index, int status, const Message* response, int raised,
                                            TimePoint now) {
  Server& server = servers_[index];
  RegisterOutcome outcome =
      judge_register(status, response, server.expires,
                     contact_uri(settings_, server.facts.local_address, transport_of(server.target)));
  // Late: another server holds the registration by now.
  if (!awaits_register(server.state) && !unanswered(status, response)) return;
  if (const auto* granted = std::get_if<RegistrationGranted>(&outcome)) {
    return on_registered(index, *granted, status, now);
  }
  if (const auto* longer = std::get_if<LongerExpiresAsked>(&outcome)) {
    if (raised < kMostExpiresRaises) {
      server.expires = longer->least;
      return send_register(index, now, raised + 1);
    }
    server.expires = settings_.expires;
    outcome = RegistrationRefused{.reason = cat("the call manager keeps asking for a longer expiry: ", longer->reason)};
  }
  const auto& refused = std::get<RegistrationRefused>(outcome);
  if (unanswered(status, response)) return give_up_silent(index, refused.reason, now);
  on_register_refused(index, refused, status, now);
}

void RegistrationClient::on_registered(size_t index, const RegistrationGranted& granted, int status, TimePoint now) {
  Server& server = servers_[index];
  const bool fresh = server.state == ServerState::kRegistering;
  server.granted = granted.expires;
  server.next_at = now + refresh_after(granted.expires);
  server.granted_until = now + granted.expires;
  server.refusals = 0;
  server.next_reason.reset();
  server.speaks_dialect = granted.for_all_lines;
  if (active_ == index) anew_reason_.reset();
  enter(server, ServerEvent::kRegisterAccepted, cat("REGISTER answered ", status));
  set_reason(server, "");
  compare_clocks(server, granted);
  if (active_ == index) delegate_.granted(server.flow, granted.for_all_lines);
  if (active_ == index) delegate_.wishes(server.flow, granted);
  if (!fresh) return;
  ua_port_.report("registration.registered", Severity::kInfo, cat("registered with ", server.target.address),
                  {{"server", server.target.address},
                   {"tls", server.facts.tls_version},
                   {"suite", server.facts.cipher_suite},
                   {"client", server.facts.client_certificate}});
  if (active_ == index) delegate_.registered(server.flow);
  if (active_ == index && granted.takes_out_of_service) report_out_of_service(index, now);
}

// Only a server that has proved who it is is believed: a time from anyone decides what has expired. Its time is told,
// not followed: the phone's clock is network_access's (decisions/2026-11-30-how-a-call-is-found-in-logs.md).
void RegistrationClient::compare_clocks(Server& server, const RegistrationGranted& granted) {
  if (!server.target.tls || !granted.time.has_value()) return;
  ua_port_.report_date(server.target.address, std::chrono::floor<seconds>(*granted.time));
  const auto before = server.clock_difference;
  const auto difference = std::chrono::duration_cast<seconds>(*granted.time - ua_port_.wall());
  const auto apart = [](seconds time) { return time > kClocksAgree || time < -kClocksAgree; };
  server.clock_difference = difference;
  if (!apart(difference) || (before.has_value() && apart(*before))) return;
  ua_port_.report("registration.clock", Severity::kWarning,
                  cat("the clock of ", server.target.address, " is ", std::abs(difference.count()), " s ",
                      difference.count() > 0 ? "ahead of" : "behind", " this phone's"),
                  {{"server", server.target.address}});
}

void RegistrationClient::on_register_refused(size_t index, const RegistrationRefused& refused, int status,
                                             TimePoint now) {
  using Kind = RegistrationRefused::Kind;
  Server& server = servers_[index];
  const std::string reason =
      refused.kind == Kind::kChallenged && !server.reason.empty() ? server.reason : refused.reason;
  server.refused_at = now;
  server.hold_until = now + std::max(refused.wait, refusal_delay(++server.refusals));
  server.next_at = server.hold_until;
  server.next_reason = LastReason::kRegistrationTimeout;
  if (active_ == index) active_.reset();
  enter(server, refused.kind == Kind::kUnavailable ? ServerEvent::kRegisterUnavailable : ServerEvent::kRegisterRefused,
        reason);
  set_reason(server, reason);
  ua_port_.report("registration.refused", Severity::kError,
                  cat("registration with ", server.target.address, " failed: ", reason),
                  {{"server", server.target.address}, {"status", cat(status)}});
  reconcile(now);
}

// A reliable transport that carried no answer in time will carry none: the stream may be out of step.
void RegistrationClient::give_up_flow(size_t index, const std::string& reason, TimePoint now) {
  const FlowId flow = servers_[index].flow;
  lose({.flow = flow, .reason = reason}, LastReason::kRegistrationTimeout, now);
  ua_port_.close_flow(flow);
}

void RegistrationClient::give_up_silent(size_t index, const std::string& reason, TimePoint now) {
  servers_[index].silent = true;
  give_up_flow(index, reason, now);
}

void RegistrationClient::send_keepalive(size_t index, TimePoint now) {
  enter(servers_[index], ServerEvent::kKeepaliveSent, "a keepalive is due");
  transact(
      index,
      [](RegisterFacts facts) {
        facts.keepalive = true;
        return make_register(facts);
      },
      [this, index](int status, const Message* response, TimePoint later) {
        if (unanswered(status, response)) return give_up_silent(index, "the keepalive was not answered", later);
        Server& server = servers_[index];
        if (!is_probing(server.state) && server.state != ServerState::kLeaving) return;  // chosen meanwhile
        server.next_at = later + refresh_after(settings_.keepalive);
        bool good = status >= 200 && status < 300;
        enter(server, good ? ServerEvent::kKeepaliveAccepted : ServerEvent::kKeepaliveRefused,
              cat("the keepalive was answered with ", status));
        set_reason(server, good ? "" : cat("the keepalive was answered with ", status));
      },
      now);
}

void RegistrationClient::send_unregister(size_t index, LastReason reason, const std::string& cause, TimePoint now) {
  enter(servers_[index], ServerEvent::kLeave, cause);
  delegate_.leaving(servers_[index].flow);
  transact(
      index,
      [reason](RegisterFacts facts) {
        facts.expires = seconds(0);
        facts.reason = reason;
        return make_register(facts);
      },
      [this, index](int status, const Message* response, TimePoint later) {
        if (unanswered(status, response)) return give_up_silent(index, "the unregistration was not answered", later);
        Server& server = servers_[index];
        server.next_at = later + settings_.keepalive;
        server.granted_until = {};
        enter(server, ServerEvent::kLeft, cat("the unregistration was answered with ", status));
        set_reason(server, "");
        reconcile(later);
      },
      now);
}

void RegistrationClient::ask_again(TimePoint now) {
  for (Server& server : servers_) {
    if (!server.target.oauth || is_busy(server.state) || holds_registration(server.state)) continue;
    server.hold_until = server.next_at = now;
    server.refusals = 0;
  }
  reconcile(now);
}

}  // namespace phone::signaling
