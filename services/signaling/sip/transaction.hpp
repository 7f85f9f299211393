// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>

#include "services/signaling/sip/time.hpp"

// The four transaction machines of RFC 3261 section 17 with RFC 6026's Accepted state, for reliable transports: no
// retransmission timers (A, E, G), and D, I, J, K are zero.
namespace phone::signaling {

class ClientTransaction {
 public:
  enum class Action { kPass, kPassAndAcknowledge, kAbsorb };
  ClientTransaction(bool invite, TimePoint now, Milliseconds t1)
      : invite_(invite), whole_(64 * t1), deadline_(now + whole_) {}

  Action on_response(int status, TimePoint now);
  // True when the time is up without a final answer (timers B and F): the transaction user is told 408.
  bool on_time(TimePoint now);
  std::optional<TimePoint> deadline() const { return deadline_; }
  bool terminated() const { return state_ == State::kTerminated; }
  bool proceeding() const { return state_ == State::kProceeding; }
  bool invite() const { return invite_; }

 private:
  enum class State { kCalling, kProceeding, kAccepted, kTerminated };
  bool invite_;
  Milliseconds whole_;
  std::optional<TimePoint> deadline_;
  State state_ = State::kCalling;
};

class ServerTransaction {
 public:
  ServerTransaction(bool invite, Milliseconds t1) : invite_(invite), whole_(64 * t1) {}

  // True when the response may leave: at most one final one.
  bool on_respond(int status, TimePoint now);
  void on_acknowledge();
  // The same request again: true when the last response is to be sent again.
  bool on_repeated() const { return state_ != State::kAccepted; }
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const { return deadline_; }
  bool terminated() const { return state_ == State::kTerminated; }
  bool proceeding() const { return state_ == State::kProceeding; }
  bool invite() const { return invite_; }

 private:
  enum class State { kProceeding, kCompleted, kAccepted, kTerminated };
  bool invite_;
  Milliseconds whole_;
  std::optional<TimePoint> deadline_;
  State state_ = State::kProceeding;
};

}  // namespace phone::signaling
