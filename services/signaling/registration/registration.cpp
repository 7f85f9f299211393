// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/registration/registration.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

using std::chrono::seconds;

namespace {

// A connection that ends sooner counts as a failed attempt even if it carried an answer: otherwise a server that
// accepts and then disconnects would be connected to without any pause.
constexpr seconds kGoodAfter{5};

constexpr char kFallback[] =
    "CM Fallback Service Operating: conference, forwarding, park, pickup, do not disturb and message lamps do not work "
    "until a call manager is back";
constexpr char kShowsNewer[] = "reconnecting to show the new certificate";

std::string name_of(const Target& target) {
  std::string where = cat(target.address, ":", target.port);
  return target.name.empty() || target.name == target.address ? where : cat(target.name, " (", where, ")");
}

}  // namespace

RegistrationState public_state(ServerState state) {
  switch (state) {
    case ServerState::kIdle:
    case ServerState::kUnavailable:
    case ServerState::kProbingUnavailable:
      return RegistrationState::kDown;
    case ServerState::kConnecting:
      return RegistrationState::kConnecting;
    case ServerState::kBarred:
    case ServerState::kRefused:
    case ServerState::kProbingRefused:
      return RegistrationState::kRefused;
    case ServerState::kStandby:
    case ServerState::kProbingStandby:
    case ServerState::kAskingToReturn:
      return RegistrationState::kStandby;
    case ServerState::kReporting:
    case ServerState::kRegistering:
      return RegistrationState::kRegistering;
    case ServerState::kRegistered:
    case ServerState::kReportingRegistered:
    case ServerState::kRefreshing:
    case ServerState::kRefreshingReporting:
    case ServerState::kLeaving:
      return RegistrationState::kRegistered;
  }
  return RegistrationState::kDown;
}

void RegistrationClient::configure(const Settings& settings, TimePoint now) {
  const bool same = !needs_other_connections(settings);
  settings_ = settings;
  transactions_.set_timers({.t1 = settings.t1,
                            .t2 = settings.t2,
                            .retransmissions = settings.retransmissions,
                            .invite_retransmissions = settings.invite_retransmissions});
  if (!same) reset(now);
  reconcile(now);
  if (same && active().has_value() && !reporting()) send_alarms(*active_, now, [](TimePoint) {});
}

void RegistrationClient::reset(TimePoint now) {
  for (Server& server : servers_) {
    if (server.flow == 0) continue;
    FlowId flow = std::exchange(server.flow, 0);
    forget_flow(flow, now);
    ua_port_.close_flow(flow);
  }
  servers_.clear();
  active_.reset();
  if (!settings_.complete) {
    delegate_.changed();
    return;
  }
  for (const Target& target : settings_.targets) {
    Server server;
    server.target = target;
    server.retry_at = now;
    server.away_since = now;
    server.call_id = cat(random_token(ua_port_, 12), "@", settings_.device_name);
    server.local_tag = random_token(ua_port_, 8);
    server.expires = settings_.expires;
    if (!alarm_pending()) server.alarm_accepted = reported_.code;
    server.since = ua_port_.wall();
    servers_.push_back(std::move(server));
  }
  delegate_.changed();
}

const RegistrationClient::Server* RegistrationClient::find(FlowId flow) const {
  for (const Server& server : servers_) {
    if (flow != 0 && server.flow == flow) return &server;
  }
  return nullptr;
}

RegistrationClient::Server* RegistrationClient::find(FlowId flow) {
  return const_cast<Server*>(static_cast<const RegistrationClient*>(this)->find(flow));
}

RegisterFacts RegistrationClient::facts_of(Server& server) const {
  return {.settings = settings_,
          .target = server.target,
          .local_address = server.facts.local_address,
          .call_id = server.call_id,
          .local_tag = server.local_tag,
          .cseq = ++server.cseq,
          .expires = server.expires};
}

void RegistrationClient::enter(Server& server, ServerEvent event, std::string cause) {
  const ServerState from = std::exchange(server.state, next(server.state, event));
  if (from == server.state) return;
  if (public_state(from) != public_state(server.state)) {
    server.since = ua_port_.wall();
    delegate_.changed();
  }
  delegate_.state_changed(
      {cat("registration with ", name_of(server.target)), name_of(from), name_of(server.state), std::move(cause)});
}

void RegistrationClient::enter(Server& server, CertificateEvent event, std::string cause) {
  const CertificateState from = std::exchange(server.certificate, next(server.certificate, event));
  if (from == server.certificate) return;
  delegate_.state_changed({cat("certificate shown to ", name_of(server.target)), name_of(from),
                           name_of(server.certificate), std::move(cause)});
}

void RegistrationClient::set_reason(Server& server, std::string reason) {
  server.reason = std::move(reason);
  delegate_.changed();
}

void RegistrationClient::flow_up(FlowId flow, const FlowFacts& facts, TimePoint now) {
  Server* server = find(flow);
  if (server == nullptr || server->state != ServerState::kConnecting) return;
  server->facts = facts;
  server->answers = 0;
  server->connected_at = now;
  server->away_since.reset();
  server->stood = true;
  server->last_end = FlowEnd::kLost;
  server->up_since = now;
  server->next_at = now;
  // A Retry-After is about the service and outlives the connection it came over (RFC 3261 sections 20.33 and 21.5.4).
  // But a service that accepts a new connection may have been restarted: it is asked after our own back-off.
  server->hold_until = std::min(server->hold_until, server->refused_at + kHoldOff);
  transactions_.flow_up(flow, facts.local_address, transport_of(server->target));
  ua_port_.report(
      "registration.connected", Severity::kInfo,
      cat(server->target.tls ? "connected to " : "connected without TLS (not protected) to ", name_of(server->target)),
      {{"tls", facts.tls_version},
       {"suite", facts.cipher_suite},
       {"client", facts.client_certificate},
       {"by", facts.vouched_by}});
  enter(*server, CertificateEvent::kShown, "a new connection");
  enter(*server, ServerEvent::kFlowUp, "the connection stands");
  set_reason(*server, "");
  reconcile(now);
}

void RegistrationClient::addresses_are(std::vector<std::string> addresses, TimePoint now) {
  if (addresses.empty()) return;
  constexpr size_t kMost = 64;
  if (had_.size() > kMost) had_.clear();
  had_.insert(addresses.begin(), addresses.end());
  for (size_t index = 0; index < servers_.size(); ++index) {
    if (!is_connected(servers_[index].state)) continue;
    const std::string own = without_port(servers_[index].facts.local_address);
    const bool still = std::find(addresses.begin(), addresses.end(), own) != addresses.end();
    if (!still && had_.contains(own)) give_up_flow(index, cat("the phone lost its address ", own), now);
  }
}

void RegistrationClient::identity_is(const std::string& key, TimePoint now) {
  // A connection that is begun later asks for the certificate itself.
  for (Server& server : servers_) {
    if (server.flow != 0) server.newer_key = key;
  }
  reconcile(now);
}

void RegistrationClient::show_newer(TimePoint now) {
  for (size_t index = 0; index < servers_.size() && delegate_.idle(); ++index) {
    Server& server = servers_[index];
    const std::string& shown = server.facts.client_key;
    if (!is_connected(server.state) || server.newer_key.empty() || shown.empty() || shown == server.newer_key) continue;
    const FlowId flow = server.flow;
    flow_down({.flow = flow, .reason = kShowsNewer}, now);
    servers_[index].next_reason.reset();  // none of the documented ones says this
    ua_port_.close_flow(flow);
  }
}

void RegistrationClient::identity_use_reported(const IdentityUseReported& reported, TimePoint now) {
  Server* server = find(reported.flow);
  if (server == nullptr) return;
  if (reported.taken) {
    enter(*server, reported.held ? CertificateEvent::kHeld : CertificateEvent::kFailed,
          "certificate_manager has taken it down");
  }
  if (!reported.show_another) return;
  flow_down({.flow = reported.flow, .reason = kShowsNewer}, now);
  ua_port_.close_flow(reported.flow);
}

void RegistrationClient::flow_down(const FlowClosed& closed, TimePoint now) { lose(closed, std::nullopt, now); }

void RegistrationClient::lose(const FlowClosed& closed, std::optional<LastReason> why, TimePoint now) {
  const FlowId flow = closed.flow;
  const std::string& reason = closed.reason;
  const FlowEnd end = closed.end;
  Server* server = find(flow);
  if (server == nullptr) return;
  if (const auto& refusal = closed.certificate_refusal; refusal.has_value()) {
    ua_port_.report_identity_use(
        flow, {.key = refusal->key, .held = false, .server = server->target.address, .reason = refusal->reason});
  }
  bool stood = is_connected(server->state);
  bool held = holds_registration(server->state);
  size_t index = static_cast<size_t>(server - servers_.data());
  server->flow = 0;
  server->last_end = end;
  server->granted_until = {};
  const bool good = stood && server->answers > 0 && now >= server->connected_at + kGoodAfter;
  server->failures = good ? 0 : server->failures + 1;
  server->retry_at = now + reconnect_delay(server->failures, static_cast<uint8_t>(ua_port_.random_bytes(1)[0]));
  if (stood) server->away_since = now;
  if (stood) server->next_reason = server->target.tls ? LastReason::kTlsError : LastReason::kCallManagerClosedTcp;
  if (why.has_value()) server->next_reason = why;
  if (held) next_reason_is(why.value_or(LastReason::kCallManagerClosedTcp));
  if (held && active_ == index) note_out_of_service(*server, flow, *server->next_reason);
  if (active_ == index) active_.reset();
  enter(*server, end == FlowEnd::kLost ? ServerEvent::kFlowLost : ServerEvent::kFlowRefused, reason);
  set_reason(*server, reason);
  ua_port_.report("registration.lost", Severity::kWarning, cat(name_of(server->target), ": ", reason),
                  {{"server", server->target.address}});
  forget_flow(flow, now);
  reconcile(now);
}

void RegistrationClient::forget_flow(FlowId flow, TimePoint now) {
  requests_.flow_lost(flow, now);
  delegate_.lost(flow);
}

void RegistrationClient::on_time(TimePoint now) { reconcile(now); }

void RegistrationClient::reconcile(TimePoint now) {
  looked_at_ = now;
  if (anew_.has_value()) pursue_anew(now);
  if (!settings_.complete) return;
  show_newer(now);
  connect_due(now);
  choose(now);
  rest_routers(now);
  for (size_t i = 0; i < servers_.size(); ++i) {
    Server& server = servers_[i];
    if (!is_connected(server.state) || is_busy(server.state) || now < server.next_at || now < server.hold_until)
      continue;
    if (active_ == i)
      send_register(i, now);
    else if (active_.has_value() && !server.target.srst)
      send_keepalive(i, now);
  }
  try_to_return(now);
}

void RegistrationClient::connect_due(TimePoint now) {
  const bool manager_left = call_manager_left(now);
  for (Server& server : servers_) {
    if (!server.target.unusable.empty() || !is_disconnected(server.state) || now < server.retry_at) continue;
    if (server.target.srst && manager_left) continue;
    server.flow = ++last_flow_;
    server.newer_key.clear();
    enter(server, ServerEvent::kConnect, "a connection is due");
    ua_port_.open_flow(server.flow, server.target);
  }
}

// Alarm first, then REGISTER (G5).
void RegistrationClient::start(size_t index, TimePoint now) {
  enter(servers_[index], ServerEvent::kChosen, "chosen to hold the registration");
  set_reason(servers_[index], "");
  send_alarms(index, now, [this, index](TimePoint later) { send_register(index, later); });
}

std::optional<RegistrationClient::Connection> RegistrationClient::active() const {
  if (!active_.has_value()) return std::nullopt;
  const Server& server = servers_[*active_];
  if (!holds_registration(server.state)) return std::nullopt;
  return Connection{server.flow, server.target, server.facts};
}

std::optional<RegistrationClient::Connection> RegistrationClient::connection(FlowId flow) const {
  const Server* server = find(flow);
  if (server == nullptr || !is_connected(server->state)) return std::nullopt;
  return Connection{server->flow, server->target, server->facts};
}

std::optional<RegistrationClient::Connection> RegistrationClient::connection_to(const std::string& address) const {
  for (const Server& server : servers_) {
    if (server.target.address == address && is_connected(server.state))
      return Connection{server.flow, server.target, server.facts};
  }
  return std::nullopt;
}

std::vector<RegistrationClient::Connection> RegistrationClient::connections() const {
  std::vector<Connection> standing;
  for (const Server& server : servers_) {
    if (!is_connected(server.state)) continue;
    const bool active = active_.has_value() && &server == &servers_[*active_];
    standing.insert(active ? standing.begin() : standing.end(), {server.flow, server.target, server.facts});
  }
  return standing;
}

bool RegistrationClient::takes_calls(FlowId flow, TimePoint now) const {
  const Server* server = find(flow);
  return server != nullptr && is_connected(server->state) && now < server->granted_until;
}

std::optional<TimePoint> RegistrationClient::deadline() const {
  if (anew_.has_value() && (!active_.has_value() || !is_busy(servers_[*active_].state))) return TimePoint{};
  std::optional<TimePoint> first;
  for (size_t index = 0; index < servers_.size(); ++index) {
    const Server& server = servers_[index];
    if (!server.target.unusable.empty()) continue;
    const auto earlier = [&](TimePoint due, bool over_is_over) {
      if (over_is_over && due <= looked_at_) return;
      if (!first.has_value() || due < *first) first = due;
    };
    const bool router = server.target.srst;  // waits for its turn, whatever its time
    if (is_disconnected(server.state)) earlier(server.retry_at, router);
    if (is_connected(server.state) && !is_busy(server.state))
      earlier(std::max(server.next_at, server.hold_until), router);
    if (const auto due = returns_at(index); due.has_value()) earlier(*due, false);
    if (active_.has_value() || !server.away_since.has_value() || router) continue;
    // Then another one takes its place.
    if (server.stood) earlier(*server.away_since + kComesBackWithin, true);
    earlier(*server.away_since + kGoneAfter, true);
  }
  return first;
}

std::vector<RegistrationView> RegistrationClient::views() const {
  static const FlowFacts kNoFacts;
  std::vector<RegistrationView> views;
  for (size_t i = 0; i < servers_.size(); ++i) {
    const Server& server = servers_[i];
    bool up = is_connected(server.state);
    bool newer = up && !server.newer_key.empty() && !server.facts.client_key.empty() &&
                 server.newer_key != server.facts.client_key;
    const FlowFacts& facts = up ? server.facts : kNoFacts;
    const bool holds = active_ == i && holds_registration(server.state);
    views.push_back({.server = name_of(server.target),
                     .state = server.target.unusable.empty() ? public_state(server.state) : RegistrationState::kRefused,
                     .tls_version = facts.tls_version,
                     .cipher_suite = facts.cipher_suite,
                     .transport = up ? name_of(transport_of(server.target)) : "",
                     .clock_difference = up ? server.clock_difference : std::nullopt,
                     .client_certificate = facts.client_certificate,
                     .server_certificate = facts.server_certificate,
                     .reason = !server.target.unusable.empty() ? server.target.unusable
                               : newer                         ? "registers with the new certificate when no call is up"
                                                               : server.reason,
                     .since = server.since,
                     .alarm_accepted = server.alarm_accepted,
                     .expires_seconds = static_cast<uint32_t>(server.granted.count()),
                     .active = holds,
                     .srst = server.target.srst,
                     .limited = holds && server.target.srst ? kFallback : ""});
  }
  return views;
}

bool RegistrationClient::in_fallback() const {
  return active_.has_value() && servers_[*active_].target.srst && holds_registration(servers_[*active_].state);
}

bool RegistrationClient::fips_refused() const {
  return std::any_of(servers_.begin(), servers_.end(),
                     [](const Server& server) { return server.last_end == FlowEnd::kFips; });
}

}  // namespace phone::signaling
