// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/out_of_service.hpp"
#include "services/signaling/registration/register_request.hpp"
#include "services/signaling/registration/registration_port.hpp"
#include "services/signaling/registration/registration_rules.hpp"
#include "services/signaling/registration/registration_state.hpp"
#include "services/signaling/registration/registration_view.hpp"
#include "services/signaling/sip/requests.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/transaction_layer.hpp"
#include "services/signaling/transport/flow_events.hpp"
#include "services/signaling/transport/target.hpp"

namespace phone::signaling {

// How a state is shown to people.
RegistrationState public_state(ServerState state);

// The registrations of the phone: one machine per server of the list, one of them active, the others kept warm
// (cisco-formats.md G2).
class RegistrationClient {
 public:
  struct Delegate {
    std::function<bool()> idle = [] { return true; };        // no call: a return to a better server may happen
    std::function<void()> changed = [] {};                   // views() has changed
    std::function<void(FlowId)> registered = [](FlowId) {};  // this flow is the active one now
    // Of the active one: its registration was granted, anew or again; it is given up for a better server.
    std::function<void(FlowId, bool for_all_lines)> granted = [](FlowId, bool) {};
    // What the active one wants of the phone, each time that it grants a registration.
    std::function<void(FlowId, const RegistrationGranted&)> wishes = [](FlowId, const RegistrationGranted&) {};
    std::function<void(FlowId)> leaving = [](FlowId) {};
    std::function<void(FlowId)> lost = [](FlowId) {};  // this flow is gone, whichever side ended it
    std::function<void(const Alarm&)> alarm_accepted = [](const Alarm&) {};
    StateObserver state_changed = [](const StateChange&) {};
  };
  RegistrationClient(RegistrationPort& ua_port, TransactionLayer& transactions, Requests& requests, Delegate delegate)
      : ua_port_(ua_port), transactions_(transactions), requests_(requests), delegate_(std::move(delegate)) {}

  // Connections stay if servers, line and profile are the same.
  void configure(const Settings& settings, TimePoint now);
  void flow_up(FlowId flow, const FlowFacts& facts, TimePoint now);
  void flow_down(const FlowClosed& closed, TimePoint now);
  // The phone's own addresses. A connection from an address that the phone has lost carries nothing: it is closed and
  // made again from another. If the phone has no address, all connections are kept; the same address may return.
  void addresses_are(std::vector<std::string> addresses, TimePoint now);
  // The key of the certificate to show from now on. Connections that showed another are made again as soon as there is
  // no call: a new LSC stays on trial until a registration has held with it.
  void identity_is(const std::string& key, TimePoint now);
  void identity_use_reported(const IdentityUseReported& reported, TimePoint now);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  void remember_alarm(const Alarm& reported) { reported_ = reported; }
  void network_is(PhoneNetwork network) { network_ = std::move(network); }

  // Ends the registration for `reason`, which the next one names too, and begins again: over new connections, or over
  // those that stand. `left` is called in between, when nothing is registered; it may configure(). A request that is
  // out is waited for.
  void register_anew(LastReason reason, bool new_connections, std::function<void(TimePoint)> left, TimePoint now);
  // There is another token to show: those that refused the phone for want of one are asked now.
  void ask_again(TimePoint now);
  // Renews the registration now.
  void renew(TimePoint now);
  // Whether these settings end the connections that stand.
  bool needs_other_connections(const Settings& settings) const;
  // The registration that this connection carries right now.
  struct Held {
    std::string call_id;
    bool speaks_dialect = false;
    std::string local_address;
  };
  std::optional<Held> held_by(FlowId flow) const;

  struct Connection {
    FlowId flow = 0;
    Target target;
    FlowFacts facts;
  };
  std::optional<Connection> active() const;  // registered right now
  // A connection that stands, registered or not.
  std::optional<Connection> connection(FlowId flow) const;
  // A connection that stands to the server of this address.
  std::optional<Connection> connection_to(const std::string& address) const;
  // All that stand, the active one first.
  std::vector<Connection> connections() const;
  // Whether the server may still send calls over it: the time it granted has not run out.
  bool takes_calls(FlowId flow, TimePoint now) const;
  bool owns(FlowId flow) const { return find(flow) != nullptr; }
  std::vector<RegistrationView> views() const;
  bool fips_refused() const;
  // An SRST router holds the registration.
  bool in_fallback() const;

 private:
  struct Server {
    Target target;
    ServerState state = ServerState::kIdle;
    CertificateState certificate = CertificateState::kOnTrial;
    FlowId flow = 0;
    FlowFacts facts;
    int failures = 0;
    std::optional<TimePoint> away_since = TimePoint{};  // without a connection; nothing while one stands
    bool stood = false;                                 // a connection has stood
    bool silent = false;                                // the last request was not answered
    uint32_t answers = 0;                               // that this connection has carried
    TimePoint connected_at{};                           // when this connection came up
    std::string newer_key;              // of the certificate to show, if it changed after this connection was begun
    FlowEnd last_end = FlowEnd::kLost;  // of the connection before, until another stands
    TimePoint retry_at{}, hold_until{}, next_at{}, up_since{};
    TimePoint return_at{};      // not asked before whether the phone may return
    int return_refusals = 0;    // in a row
    TimePoint refused_at{};     // the last time
    TimePoint granted_until{};  // the registration holds for the server
    int refusals = 0;           // in a row
    std::string call_id, local_tag, reason;
    uint32_t cseq = 100;
    std::chrono::seconds expires{3600}, granted{0};
    std::optional<LastReason> next_reason = LastReason::kInitialized;
    uint32_t alarm_accepted = 0;
    std::optional<std::chrono::seconds> clock_difference;  // its time less ours, as it was told last
    bool speaks_dialect = false;
    WallTime since;
  };
  struct Anew {
    LastReason reason = LastReason::kInitialized;
    bool new_connections = false;
    std::function<void(TimePoint)> left;
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
  bool call_manager_left(TimePoint now) const;
  // An SRST router that is not needed: no connection is kept to it.
  void rest_routers(TimePoint now);
  // The only places where a state changes; the owner is told for the log.
  void enter(Server& server, ServerEvent event, std::string cause);
  void enter(Server& server, CertificateEvent event, std::string cause);
  void set_reason(Server& server, std::string reason);
  // What the next registration says, wherever it is.
  void next_reason_is(LastReason reason);
  bool reporting() const { return active_.has_value() && is_reporting(servers_[*active_].state); }
  void transact(size_t index, Make make, Done done, TimePoint now);
  void start(size_t index, TimePoint now);
  // Sends each pending alarm in turn until one is not accepted, then calls `then`.
  void send_alarms(size_t index, TimePoint now, std::function<void(TimePoint)> then);
  // `raised`: how often the server has asked for a longer time in this attempt.
  void send_register(size_t index, TimePoint now, int raised = 0);
  void on_register_answer(size_t index, int status, const Message* response, int raised, TimePoint now);
  void on_registered(size_t index, const RegistrationGranted& granted, int status, TimePoint now);
  void on_register_refused(size_t index, const RegistrationRefused& refused, int status, TimePoint now);
  void forget_flow(FlowId flow, TimePoint now);
  void give_up_flow(size_t index, const std::string& reason, TimePoint now);
  // A request was not answered in time.
  void give_up_silent(size_t index, const std::string& reason, TimePoint now);
  void lose(const FlowClosed& closed, std::optional<LastReason> why, TimePoint now);
  // A response to REGISTER says whether the server takes the certificate.
  void judge_certificate(Server& server, const Message& response);
  // Its time is reported, and compared with ours for those who look for the cause of a refused certificate.
  void compare_clocks(Server& server, const RegistrationGranted& granted);
  void send_keepalive(size_t index, TimePoint now);
  void send_unregister(size_t index, LastReason reason, const std::string& cause, TimePoint now);
  // What is told once the phone is registered again.
  void note_out_of_service(const Server& server, FlowId flow, LastReason reason);
  void report_out_of_service(size_t index, TimePoint now);
  // register_anew.cpp
  void pursue_anew(TimePoint now);
  void begin_anew(TimePoint now);
  void try_to_return(TimePoint now);
  std::optional<TimePoint> returns_at(size_t better) const;  // nothing: not while things are as they are
  // The first alarm that no call manager has accepted yet; of equal ones in a row the last.
  std::optional<Alarm> alarm_pending() const;

  RegistrationPort& ua_port_;
  TransactionLayer& transactions_;
  Requests& requests_;
  Delegate delegate_;
  Settings settings_;
  std::vector<Server> servers_;
  std::optional<size_t> active_;
  std::optional<Anew> anew_;
  std::optional<LastReason> anew_reason_;  // of the next registration
  Alarm reported_;
  PhoneNetwork network_;
  std::optional<OutOfService> out_of_service_;  // until a call manager has been told
  std::set<std::string> had_;                   // addresses that the phone has had
  FlowId last_flow_ = 0;
  TimePoint looked_at_{};  // everything that was due by then has been done
};

}  // namespace phone::signaling
