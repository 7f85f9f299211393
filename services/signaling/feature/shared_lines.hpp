// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/signaling/feature/dialog_info.hpp"
#include "services/signaling/feature/feature.hpp"
#include "services/signaling/feature/subscriptions.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/sip/record.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

namespace phone::signaling {

// Calls of other devices that have a line of this phone, as the call manager tells them (NOTIFY of the dialog package,
// cucm-calls.md 2.11), unasked or in a subscription. A protected phone has none (F51).
class SharedLines {
 public:
  static constexpr size_t kMost = 64;
  using Connection = RegistrationClient::Connection;
  struct Delegate {
    std::function<std::optional<Connection>()> registered;
    std::function<void()> changed;
  };
  SharedLines(SipPort& port, TransactionLayer& transactions, Requests& requests, Delegate delegate);

  void configure(const Settings& settings);
  // `may_tell`: 200 for what the server that holds the registration sends over its connection. False for another
  // request.
  bool receive(FlowId flow, const std::string& key, const Message& request,
               const std::function<int(const Message&)>& may_tell, TimePoint now);
  // A registration was granted; `asks` when the call manager wants to be asked.
  void granted(FlowId flow, bool asks, TimePoint now);
  void flow_lost(FlowId flow);
  void on_time(TimePoint now) { subscriptions_.on_time(now); }
  std::optional<TimePoint> deadline() const { return subscriptions_.deadline(); }
  // The server of this address holds the registration: what another one has told is not known to it.
  void registered_with(const std::string& server);
  // For the next process (feature_record.cpp).
  void write(RecordWriter& record) const;
  void restore(std::string_view record);
  const SharedCall* find(const std::string& id) const;
  const std::vector<SharedCall>& calls() const { return calls_; }
  // What is not shared here and why; empty: everything is.
  std::string sharing() const;

 private:
  void take(uint32_t line, const DialogInfo& info);
  uint32_t line_of_number(const std::string& number) const;
  // Drops what this phone does not share, or no more.
  void keep_what_is_shared();

  SipPort& port_;
  TransactionLayer& transactions_;
  Delegate delegate_;
  Subscriptions subscriptions_;  // one for each shared line, with a call manager that wants to be asked
  Settings settings_;
  std::vector<SharedCall> calls_;
  FlowId told_over_ = 0;
  std::string told_by_;  // the address of that server
  std::string server_;   // that holds the registration
};

}  // namespace phone::signaling
