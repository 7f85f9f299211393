// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "services/signaling/sip/time.hpp"

// The four transaction machines of RFC 3261 section 17 with RFC 6026's Accepted state, for reliable transports: no
// retransmission timers (A, E, G), and D, I, J, K are zero.
namespace phone::signaling {

enum class ClientTransactionState : uint8_t {
  kCalling,     // The request is out, and nothing has come back.
  kCancelDue,   // The same; CANCEL waits for the first provisional response (RFC 3261 section 9.1).
  kProceeding,  // A provisional response has arrived.
  kCancelled,   // The same, and CANCEL is out.
  kAccepted,    // INVITE only: a 2xx has arrived, and others may follow.
  kTerminated,  // The transaction is over.
};
std::string_view name_of(ClientTransactionState state);

class ClientTransaction {
 public:
  using State = ClientTransactionState;
  enum class Action : uint8_t { kPass, kPassAndAcknowledge, kPassAndCancel, kAbsorb };
  ClientTransaction(bool invite, TimePoint now, Milliseconds t1)
      : invite_(invite), whole_(64 * t1), deadline_(now + whole_) {}

  Action on_response(int status, TimePoint now);
  // The user no longer wants an answer. True when CANCEL is to be sent now, otherwise kPassAndCancel says when. An
  // INVITE that has no final response 64 T1 after CANCEL is over (RFC 3261 section 9.1).
  bool on_cancel(TimePoint now);
  // True when the time is up without a final answer (timers B and F, and the end of a cancelled INVITE): the
  // transaction user gets 408.
  bool on_time(TimePoint now);
  std::optional<TimePoint> deadline() const { return deadline_; }
  State state() const { return state_; }
  bool terminated() const { return state_ == State::kTerminated; }

 private:
  void terminate();

  bool invite_;
  Milliseconds whole_;
  std::optional<TimePoint> deadline_;
  State state_ = State::kCalling;
};

enum class ServerTransactionState : uint8_t {
  kProceeding,  // The request has no final response yet.
  kCompleted,   // INVITE only: it was refused, and the ACK has not arrived.
  kAccepted,    // INVITE only: it was answered 2xx, which the transaction user repeats until the ACK.
  kTerminated,  // The transaction is over.
};
std::string_view name_of(ServerTransactionState state);

class ServerTransaction {
 public:
  using State = ServerTransactionState;
  ServerTransaction(bool invite, Milliseconds t1) : invite_(invite), whole_(64 * t1) {}

  // True when the response may leave: at most one final one.
  bool on_respond(int status, TimePoint now);
  void on_acknowledge();
  // The same request again: true when the last response is to be sent again.
  bool on_repeated() const { return state_ != State::kAccepted; }
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const { return deadline_; }
  State state() const { return state_; }
  bool terminated() const { return state_ == State::kTerminated; }
  bool proceeding() const { return state_ == State::kProceeding; }

 private:
  bool invite_;
  Milliseconds whole_;
  std::optional<TimePoint> deadline_;
  State state_ = State::kProceeding;
};

}  // namespace phone::signaling
