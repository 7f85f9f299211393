// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/signaling/feature/dialog_info.hpp"
#include "services/signaling/feature/feature.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

namespace phone::signaling {

// Calls of other devices that have a line of this phone, as the call manager tells them unasked (NOTIFY of the dialog
// package, cucm-calls.md 2.11). A protected phone has none (F51).
class SharedLines {
 public:
  static constexpr size_t kMost = 64;
  SharedLines(SipPort& port, TransactionLayer& transactions, std::function<void()> changed)
      : port_(port), transactions_(transactions), changed_(std::move(changed)) {}

  void configure(const Settings& settings);
  // `may_tell`: 200 for what the server that holds the registration sends over its connection. False for another
  // request.
  bool receive(FlowId flow, const std::string& key, const Message& request,
               const std::function<int(const Message&)>& may_tell, TimePoint now);
  void flow_lost(FlowId flow);
  const SharedCall* find(const std::string& id) const;
  const std::vector<SharedCall>& calls() const { return calls_; }
  // What is not shared here and why; empty: everything is.
  std::string sharing() const;

 private:
  void take(uint32_t line, const DialogInfo& info);

  SipPort& port_;
  TransactionLayer& transactions_;
  std::function<void()> changed_;
  Settings settings_;
  std::vector<SharedCall> calls_;
  FlowId told_over_ = 0;
};

}  // namespace phone::signaling
