// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "services/signaling/sip/time.hpp"

// The four transaction machines of RFC 3261 section 17 with RFC 6026's Accepted state. Over a reliable transport there
// are no retransmission timers (A, E, G), and D, I, J, K are zero.
namespace phone::signaling {

// Of the configuration, and of the transport.
struct SipTimers {
  Milliseconds t1{500};
  Milliseconds t2{4000};
  bool reliable = true;
  // How often a request is sent again at most (sipRetx, sipInviteRetx); its time may be over before.
  uint32_t retransmissions = 10, invite_retransmissions = 6;
};

// When what was sent into a transport that loses messages is sent again: after T1, then after twice as long each time.
class Repetition {
 public:
  Repetition() = default;
  // `longest`: the longest pause.
  Repetition(Milliseconds first, Milliseconds longest, uint32_t most, TimePoint now)
      : pause_(first), longest_(longest), left_(most), at_(most == 0 ? std::nullopt : std::optional(now + first)) {}
  bool due(TimePoint now);
  void slow_down();  // a provisional response has come: the longest pause from now on
  void stop() { at_.reset(); }
  std::optional<TimePoint> at() const { return at_; }

 private:
  Milliseconds pause_{0}, longest_{0};
  uint32_t left_ = 0;
  std::optional<TimePoint> at_;
};

enum class ClientTransactionState : uint8_t {
  kCalling,     // The request is out, and nothing has come back.
  kCancelDue,   // The same; CANCEL waits for the first provisional response (RFC 3261 section 9.1).
  kProceeding,  // A provisional response has arrived.
  kCancelled,   // The same, and CANCEL is out.
  kAccepted,    // INVITE only: a 2xx has arrived, and others may follow.
  kCompleted,   // Over datagrams: the final response has arrived, and may come again.
  kTerminated,  // The transaction is over.
};
std::string_view name_of(ClientTransactionState state);

class ClientTransaction {
 public:
  using State = ClientTransactionState;
  enum class Action : uint8_t { kPass, kPassAndAcknowledge, kPassAndCancel, kAcknowledge, kAbsorb };
  ClientTransaction(bool invite, TimePoint now, const SipTimers& timers);

  Action on_response(int status, TimePoint now);
  // The user no longer wants an answer. True when CANCEL is to be sent now, otherwise kPassAndCancel says when. An
  // INVITE that has no final response 64 T1 after CANCEL is over (RFC 3261 section 9.1).
  bool on_cancel(TimePoint now);
  // True when the time is up without a final answer (timers B and F, and the end of a cancelled INVITE): the
  // transaction user gets 408.
  bool on_time(TimePoint now);
  // The request is to be sent again now (timers A and E).
  bool sends_again(TimePoint now) { return repetition_.due(now); }
  std::optional<TimePoint> deadline() const;
  State state() const { return state_; }
  bool terminated() const { return state_ == State::kTerminated; }

 private:
  // The final response is here: what follows it is waited for as long as the transport asks for (timers D and K).
  void complete(TimePoint now);
  void terminate();

  bool invite_;
  bool reliable_;
  Milliseconds whole_;
  Repetition repetition_;
  std::optional<TimePoint> deadline_;
  State state_ = State::kCalling;
};

enum class ServerTransactionState : uint8_t {
  kProceeding,  // The request has no final response yet.
  kCompleted,  // INVITE: it was refused, and the ACK has not arrived. Over datagrams, others: answered, may come again.
  kAccepted,   // INVITE only: it was answered 2xx, which the transaction user repeats until the ACK.
  kTerminated,  // The transaction is over.
};
std::string_view name_of(ServerTransactionState state);

class ServerTransaction {
 public:
  using State = ServerTransactionState;
  ServerTransaction(bool invite, const SipTimers& timers) : invite_(invite), timers_(timers), whole_(64 * timers.t1) {}

  // True when the response may leave: at most one final one.
  bool on_respond(int status, TimePoint now);
  void on_acknowledge();
  // The same request again: true when the last response is to be sent again.
  bool on_repeated() const { return state_ != State::kAccepted; }
  void on_time(TimePoint now);
  // The refusal of an INVITE is to be sent again now (timer G).
  bool sends_again(TimePoint now) { return repetition_.due(now); }
  std::optional<TimePoint> deadline() const;
  State state() const { return state_; }
  bool terminated() const { return state_ == State::kTerminated; }
  bool proceeding() const { return state_ == State::kProceeding; }

 private:
  bool invite_;
  SipTimers timers_;
  Milliseconds whole_;
  Repetition repetition_;
  std::optional<TimePoint> deadline_;
  State state_ = State::kProceeding;
};

}  // namespace phone::signaling
