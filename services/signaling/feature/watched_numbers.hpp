// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/feature/feature.hpp"
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
  WatchedNumbers(SipPort& port, TransactionLayer& transactions, Requests& requests, Delegate delegate)
      : port_(port), transactions_(transactions), requests_(requests), delegate_(std::move(delegate)) {}

  void configure(const Settings& settings);
  // A registration was granted; `asks` when the call manager wants to be asked.
  void registered(FlowId flow, bool asks, TimePoint now);
  // A NOTIFY of presence, unasked (`may_tell`: from the server that holds the registration) or in a subscription of
  // this; false for another request.
  bool receive(FlowId flow, const std::string& key, const Message& request,
               const std::function<int(const Message&)>& may_tell, TimePoint now);
  void flow_lost(FlowId flow);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  std::vector<WatchedNumber> views() const;

 private:
  struct Watched {
    WatchedNumber shown;
    std::string call_id, local_tag, remote_tag;
    uint32_t cseq = 100, remote_cseq = 0;
    std::chrono::seconds expires{3600};
    std::optional<TimePoint> due;  // its next SUBSCRIBE
  };
  Watched* find(const std::string& number);
  bool may_ask() const;
  void pursue(TimePoint now);
  std::optional<Message> make(Watched& watched) const;
  void on_answer(const std::string& number, FlowId flow, const TransactionLayer::Outcome& outcome);
  void take(Watched& watched, WatchedState state, std::string reason);

  SipPort& port_;
  TransactionLayer& transactions_;
  Requests& requests_;
  Delegate delegate_;
  Settings settings_;
  std::vector<Watched> watched_;
  FlowId flow_ = 0;       // of the subscriptions
  FlowId told_over_ = 0;  // by a call manager that was not asked
  bool one_is_out_ = false;
};

}  // namespace phone::signaling
