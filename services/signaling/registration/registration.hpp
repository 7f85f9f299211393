// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/registration/registration_port.hpp"
#include "services/signaling/registration/registration_rules.hpp"
#include "services/signaling/registration/registration_state.hpp"
#include "services/signaling/registration/registration_view.hpp"
#include "services/signaling/sip/requests.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/transaction_layer.hpp"
#include "services/signaling/transport/flow_facts.hpp"
#include "services/signaling/transport/target.hpp"

namespace phone::signaling {

// How people are told of a state.
RegistrationState public_state(ServerState state);

// The registrations of the phone: one machine per server of the list, one of them active, the others kept warm
// (cisco-formats.md G2).
class RegistrationClient {
 public:
  struct Delegate {
    std::function<bool()> idle = [] { return true; };        // no call: a return to a better server may happen
    std::function<void()> changed = [] {};                   // views() has changed
    std::function<void(FlowId)> registered = [](FlowId) {};  // this flow is the active one now
    std::function<void(FlowId)> lost = [](FlowId) {};        // this flow is gone, whoever ended it
    std::function<void(const Alarm&)> alarm_accepted = [](const Alarm&) {};
    StateObserver state_changed = [](const StateChange&) {};
  };
  RegistrationClient(RegistrationPort& ua_port, TransactionLayer& transactions, Requests& requests, Delegate delegate)
      : ua_port_(ua_port), transactions_(transactions), requests_(requests), delegate_(std::move(delegate)) {}

  // Brings what is to what shall be. Same servers, line and profile: connections stay.
  void configure(const Settings& settings, TimePoint now);
  void flow_up(FlowId flow, const FlowFacts& facts, TimePoint now);
  void flow_down(FlowId flow, const std::string& reason, FlowEnd end, TimePoint now);
  // The phone's own addresses. A connection from one that it had and has no more carries nothing: it is given up and
  // made again from another. While there is none at all everything stays as it is, since the same one may come back.
  void addresses_are(std::vector<std::string> addresses, TimePoint now);
  // The certificate to show has this key from now on. Connections that show another are made again as soon as there is
  // no call: until a registration has held with it a new LSC stays on trial.
  void identity_is(const std::string& key, TimePoint now);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  void remember_alarm(const Alarm& reported) { reported_ = reported; }

  struct Connection {
    FlowId flow = 0;
    Target target;
    FlowFacts facts;
  };
  std::optional<Connection> active() const;  // registered right now
  // A connection that stands, whatever becomes of its registration.
  std::optional<Connection> connection(FlowId flow) const;
  // Whether the server may still send calls over it: the time it granted has not run out.
  bool takes_calls(FlowId flow, TimePoint now) const;
  bool owns(FlowId flow) const { return find(flow) != nullptr; }
  std::vector<RegistrationView> views() const;
  bool fips_refused() const;
  // Whether service control (RegisterCallId) means this registration.
  bool is_register_call_id(const std::string& call_id) const;

 private:
  struct Server {
    Target target;
    ServerState state = ServerState::kIdle;
    FlowId flow = 0;
    FlowFacts facts;
    int failures = 0;
    uint32_t answers = 0;      // that this connection has carried
    TimePoint connected_at{};  // when this connection came up
    std::string newer_key;     // to be shown, as was said after this connection had been begun; empty: nothing was
    FlowEnd last_end = FlowEnd::kLost;  // of the connection before, until another stands
    TimePoint retry_at{}, hold_until{}, next_at{}, up_since{};
    TimePoint refused_at{};     // the last time
    TimePoint granted_until{};  // as far as the server is concerned
    int refusals = 0;           // in a row
    std::string call_id, local_tag, reason;
    uint32_t cseq = 100;
    std::chrono::seconds expires{3600}, granted{0};
    std::optional<LastReason> next_reason = LastReason::kInitialized;
    uint32_t alarm_accepted = 0;
    WallTime since;
  };
  using Make = std::function<Message(const RegisterFacts&)>;
  using Done = std::function<void(int status, const Message* response, TimePoint now)>;

  const Server* find(FlowId flow) const;
  Server* find(FlowId flow);
  RegisterFacts facts_of(Server& server) const;
  void reset(TimePoint now);
  void reconcile(TimePoint now);
  void connect_due(TimePoint now);
  void show_newer(TimePoint now);
  void choose(TimePoint now);
  // The only place where a state changes; the owner is told of it for the log.
  void enter(Server& server, ServerEvent event, std::string cause);
  void set_reason(Server& server, std::string reason);
  bool reporting() const { return active_.has_value() && is_reporting(servers_[*active_].state); }
  void transact(size_t index, Make make, Done done, TimePoint now);
  void start(size_t index, TimePoint now);
  // Every pending alarm, one after the other, until one is not accepted; then goes on with `then`.
  void send_alarms(size_t index, TimePoint now, std::function<void(TimePoint)> then);
  // `raised`: how often the server has asked for a longer time in this attempt.
  void send_register(size_t index, TimePoint now, int raised = 0);
  void on_register_answer(size_t index, int status, const Message* response, int raised, TimePoint now);
  void forget_flow(FlowId flow, TimePoint now);
  void give_up_flow(size_t index, const std::string& reason, TimePoint now);
  void send_keepalive(size_t index, TimePoint now);
  void send_unregister(size_t index, LastReason reason, TimePoint now);
  void try_to_return(TimePoint now);
  // The first alarm that no call manager has accepted yet; of equal ones in a row the last.
  std::optional<Alarm> alarm_pending() const;

  RegistrationPort& ua_port_;
  TransactionLayer& transactions_;
  Requests& requests_;
  Delegate delegate_;
  Settings settings_;
  std::vector<Server> servers_;
  std::optional<size_t> active_;
  Alarm reported_;
  std::set<std::string> had_;  // addresses the phone has been seen with
  FlowId last_flow_ = 0;
};

}  // namespace phone::signaling
