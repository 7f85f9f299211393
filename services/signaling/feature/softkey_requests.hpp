// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/policy/settings.hpp"
#include "services/signaling/registration/registration.hpp"
#include "services/signaling/sip/record.hpp"
#include "services/signaling/sip/requests.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

namespace phone::signaling {

// REFERs with which the phone asks the call manager for a feature, each in a dialog of its own, and the NOTIFYs that
// tell what became of one (cucm-calls.md 1.2).
class SoftkeyRequests {
 public:
  static constexpr size_t kMost = 8;                        // under way
  static constexpr std::chrono::seconds kTellPatience{60};  // for the NOTIFY that ends it (cucm-calls.md 2.3)
  static constexpr std::chrono::seconds kLongestTold{600};  // of a subscription that the call manager keeps alive
  using Connection = RegistrationClient::Connection;

  struct Plan {
    std::string body, type;
    bool subscribes = false;  // NOTIFYs are to follow
    // What a later process is to know of one that subscribes: the call that it is about, and whether it is parked.
    std::string of_call;
    bool parks = false;
    // OK: the call manager has taken it; otherwise why not, in its own words.
    std::function<void(const absl::Status&, TimePoint)> answered;
    // Of one that subscribes: each NOTIFY, the last one with `over`; nothing when none came in time.
    std::function<void(const Message* notify, bool over, TimePoint)> told = [](const Message*, bool, TimePoint) {};
  };

  SoftkeyRequests(SipPort& port, TransactionLayer& transactions, Requests& requests,
                  std::function<std::optional<Connection>()> registered)
      : port_(port), transactions_(transactions), requests_(requests), registered_(std::move(registered)) {}

  void configure(const Settings& settings) { settings_ = settings; }
  void send(Plan plan, TimePoint now);
  // A NOTIFY in one of the dialogs; false for another request.
  bool receive(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  void flow_lost(FlowId flow, TimePoint now);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  // For the next process (feature_record.cpp): those that the call manager will tell of. `complete` gives one of them
  // its callbacks back.
  void write(RecordWriter& record) const;
  void restore(std::string_view record, const std::function<void(Plan&)>& complete, TimePoint now);

 private:
  struct Asked {
    uint64_t id = 0;
    Plan plan;
    FlowId flow = 0;  // 0: of the process before; the NOTIFY comes over the connection that is registered now
    std::string call_id, local_tag, remote_tag;
    uint32_t cseq = 100, remote_cseq = 0;
    bool taken = false;
    TimePoint until{};
  };
  Asked* find(uint64_t id);
  std::optional<Message> make(Asked& asked) const;
  void on_answer(uint64_t id, const TransactionLayer::Outcome& outcome);
  // Ends it: nothing more is told of it.
  Plan take(uint64_t id);

  SipPort& port_;
  TransactionLayer& transactions_;
  Requests& requests_;
  std::function<std::optional<Connection>()> registered_;
  Settings settings_;
  std::vector<Asked> asked_;
  uint64_t last_ = 0;
};

}  // namespace phone::signaling
