// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/feature/feature.hpp"
#include "services/signaling/feature/subscriptions.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/requests.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

namespace phone::signaling {

// The numbers whose state is shown beside their buttons (BLF, cucm-calls.md 4). A call manager that offers to tell it
// unasked is not asked; another one gets a SUBSCRIBE for each number, one after the other.
class WatchedNumbers {
 public:
  using Connection = RegistrationClient::Connection;
  struct Delegate {
    std::function<std::optional<Connection>()> registered;
    std::function<void()> changed;
  };
  WatchedNumbers(SipPort& port, TransactionLayer& transactions, Requests& requests, Delegate delegate);

  void configure(const Settings& settings);
  // A registration was granted; `asks` when the call manager wants to be asked.
  void registered(FlowId flow, bool asks, TimePoint now);
  // A NOTIFY of presence, unasked (`may_tell`: from the server that holds the registration) or in a subscription of
  // this; false for another request.
  bool receive(FlowId flow, const std::string& key, const Message& request,
               const std::function<int(const Message&)>& may_tell, TimePoint now);
  void flow_lost(FlowId flow);
  void on_time(TimePoint now) { subscriptions_.on_time(now); }
  std::optional<TimePoint> deadline() const { return subscriptions_.deadline(); }
  const std::vector<WatchedNumber>& views() const { return watched_; }

 private:
  WatchedNumber* find(const std::string& number);
  void take(WatchedNumber& watched, WatchedState state, std::string reason);

  SipPort& port_;
  TransactionLayer& transactions_;
  Delegate delegate_;
  Subscriptions subscriptions_;
  std::vector<WatchedNumber> watched_;
  FlowId told_over_ = 0;  // by a call manager that was not asked
};

}  // namespace phone::signaling
