// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/signaling/sip/authenticator.hpp"
#include "services/signaling/sip/bearer.hpp"
#include "services/signaling/sip/transaction_layer.hpp"

namespace phone::signaling {

// Requests that answer the server's challenges, and the digest user of each connection. A nonce belongs to the
// connection it came over and goes with it; one that was refused is forgotten.
class Requests {
 public:
  // How often one request is sent again with another nonce; the next challenge ends it.
  static constexpr size_t kMostChallenges = 3;

  struct Plan {
    FlowId flow = 0;
    uint32_t line = 1;  // whose digest user answers challenges
    // The request, made anew for each sending; nothing when it is no longer wanted.
    std::function<std::optional<Message>()> make;
    // Every answer but the challenges that were answered.
    TransactionLayer::Handler done;
    // The key of each sending, good for TransactionLayer::cancel(), and what was sent.
    std::function<void(const std::string& key, const Message& request)> sent = [](const std::string&, const Message&) {
    };
  };

  // The token of SIP OAuth, for connections to which it may be shown.
  struct Bearer {
    // The token; else why there is none, one sentence.
    std::function<absl::StatusOr<crypto::Secret>(FlowId)> token;
    // It was shown, and not taken.
    std::function<void(FlowId)> refused;
  };

  Requests(SipPort& port, TransactionLayer& transactions) : port_(port), transactions_(transactions) {}
  void answer_bearer(Bearer bearer) { bearer_ = std::move(bearer); }

  // Of each line.
  void configure(std::vector<DigestUser> users) { users_ = std::move(users); }
  void send(Plan plan, TimePoint now);
  // Ends the transactions of this connection and forgets its nonces.
  void flow_lost(FlowId flow, TimePoint now);

 private:
  struct Chain {
    Plan plan;
    TriedNonces nonces;
    size_t challenges = 0;
    std::optional<BearerForm> bearer;  // it was asked for
  };
  bool try_send(const std::shared_ptr<Chain>& chain, TimePoint now);
  void on_outcome(const std::shared_ptr<Chain>& chain, const TransactionLayer::Outcome& outcome);
  absl::Status take_challenge(Chain& chain, const Message& response);

  SipPort& port_;
  TransactionLayer& transactions_;
  const DigestUser& user_of(uint32_t line) const;

  absl::Status take_bearer(Chain& chain, BearerForm form);

  std::vector<DigestUser> users_;
  Bearer bearer_;
  std::map<std::pair<FlowId, uint32_t>, Authenticator> authenticators_;  // of a line over a connection
};

}  // namespace phone::signaling
