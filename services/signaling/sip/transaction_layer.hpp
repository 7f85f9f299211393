// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/sip/sip_transport.hpp"
#include "services/signaling/sip/state_change.hpp"
#include "services/signaling/sip/transaction.hpp"

namespace phone::signaling {

// The last messages of a flow, as an alarm names them; empty: none.
struct LastEvents {
  std::string sent, received;
};

// All transactions of all flows. Requests go in without Via, responses come back to the handler of their request.
class TransactionLayer {
 public:
  struct Outcome {
    enum What { kResponse, kTimeout, kFlowLost } what;
    const Message* response = nullptr;
    TimePoint now{};
    std::string challenge{};  // of a 401 or 407: why it was not answered (any more)
    // One number for every end: the response's, 408 for a time-out, 503 for a lost flow (RFC 3261 section 8.1.3.1).
    int status() const { return what == kResponse ? response->status : what == kTimeout ? 408 : 503; }
  };
  using Handler = std::function<void(const Outcome&)>;
  using RequestHandler = std::function<void(FlowId, const std::string& key, const Message&)>;

  explicit TransactionLayer(
      SipPort& port, StateObserver observer = [](const StateChange&) {})
      : port_(port), observer_(std::move(observer)) {}
  void on_request(RequestHandler handler) { handler_ = std::move(handler); }
  void set_timers(const SipTimers& timers) { timers_ = timers; }

  void flow_up(FlowId flow, std::string local_address, SipTransport transport);
  void flow_lost(FlowId flow, TimePoint now);

  // Returns the key, which is good for cancel(). The handler may be called more than once: provisional answers,
  // repeated 2xx.
  std::string send(FlowId flow, Message request, Handler handler, TimePoint now);
  // ACK of a 2xx: no transaction.
  void send_ack(FlowId flow, Message request);
  // CANCEL for an INVITE; waits for the first provisional answer (RFC 3261 section 9.1).
  void cancel(const std::string& key, TimePoint now, std::string reason = "");
  // Whether the request of this key is known: answered or not, its transaction is not over.
  bool knows(const std::string& key) const { return servers_.contains(key); }
  // Whether this INVITE of ours may still be answered.
  bool awaits(const std::string& key) const { return clients_.contains(key); }
  // False when the transaction is over.
  bool respond(const std::string& key, const Message& response, TimePoint now);

  void receive(FlowId flow, const Message& message, TimePoint now);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  std::string local_address(FlowId flow) const;
  SipTransport transport(FlowId flow) const;  // TCP for one that is not known
  bool tls(FlowId flow) const { return transport(flow) == SipTransport::kTls; }
  LastEvents last_events(FlowId flow) const;

 private:
  struct Client {
    FlowId flow;
    Message request;
    Handler handler;
    ClientTransaction machine;
    std::string cancel_reason = {};  // Reason of its CANCEL
  };
  struct Server {
    FlowId flow;
    std::string last_response;
    ServerTransaction machine;
  };
  struct Flow {
    std::string local_address;
    SipTransport transport = SipTransport::kTls;
    LastEvents last = {};
  };
  std::string via(FlowId flow, const std::string& branch) const;
  void send_cancel(const Client& client, TimePoint now);
  void acknowledge(const Client& client, const Message& response);
  // As the flow's transport has them.
  SipTimers timers_of(FlowId flow) const;
  void receive_response(FlowId flow, const Message& response, TimePoint now);
  void receive_request(FlowId flow, const Message& request, TimePoint now);
  // After each event of a transaction: tells the owner, for the log, when the state has changed.
  template <class State>
  void entered(const std::string& key, State from, State to, std::string cause) const;

  SipPort& port_;
  const StateObserver observer_;
  RequestHandler handler_;
  SipTimers timers_;
  std::map<FlowId, Flow> flows_;
  std::map<std::string, Client> clients_;  // by branch and method
  std::map<std::string, Server> servers_;
};

}  // namespace phone::signaling
