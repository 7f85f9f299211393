// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/requests.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

namespace phone::signaling {

// Subscriptions of one event package (RFC 6665) with the server that holds the registration: one for each user part,
// one SUBSCRIBE after the other, renewed before they end and asked for again some time after a refusal.
class Subscriptions {
 public:
  using Connection = RegistrationClient::Connection;
  struct Package {
    std::string_view event, accept;
  };
  struct Delegate {
    std::function<std::optional<Connection>()> registered;
    // Of this user nothing is told for now, and why.
    std::function<void(const std::string& user, bool refused, std::string reason)> failed;
  };
  Subscriptions(SipPort& port, TransactionLayer& transactions, Requests& requests, Package package, Delegate delegate)
      : port_(port),
        transactions_(transactions),
        requests_(requests),
        package_(package),
        delegate_(std::move(delegate)) {}

  // Those of users that stay are kept.
  void configure(const Settings& settings, const std::vector<std::string>& users);
  // This server wants to be asked: for all that it was not asked for yet.
  void begin(FlowId flow, TimePoint now);
  // The user that a NOTIFY in one of them is about. `late`: one that overtook it has come before.
  struct Notified {
    std::string user;
    bool late = false;
  };
  std::optional<Notified> match(FlowId flow, const Message& request);
  // The server has ended it.
  void over(const std::string& user, TimePoint now);
  // False when they were not this connection's.
  bool flow_lost(FlowId flow);
  void on_time(TimePoint now) { pursue(now); }
  std::optional<TimePoint> deadline() const;

 private:
  struct One {
    std::string user, call_id, local_tag, remote_tag;
    uint32_t cseq = 100, remote_cseq = 0;
    std::optional<std::chrono::seconds> longer;  // than the configuration asks for, as the server wants it
    std::optional<TimePoint> due;                // its next SUBSCRIBE
  };
  One* find(const std::string& user);
  std::chrono::seconds expires_of(const One& one) const { return one.longer.value_or(settings_.subscribe_expires); }
  bool may_ask() const;
  void pursue(TimePoint now);
  void package_is_unknown();
  std::optional<Message> make(One& one) const;
  void on_answer(const std::string& user, FlowId flow, const TransactionLayer::Outcome& outcome);

  SipPort& port_;
  TransactionLayer& transactions_;
  Requests& requests_;
  const Package package_;
  Delegate delegate_;
  Settings settings_;
  std::vector<One> all_;
  FlowId flow_ = 0;
  bool one_is_out_ = false;
};

}  // namespace phone::signaling
