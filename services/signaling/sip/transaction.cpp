// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/transaction.hpp"

#include <algorithm>

namespace phone::signaling {
namespace {

constexpr Milliseconds kT4{5000};              // how long a message may be on its way
constexpr Milliseconds kRefusalAgain{32'000};  // timer D

std::optional<TimePoint> earlier(std::optional<TimePoint> one, std::optional<TimePoint> other) {
  if (!one.has_value()) return other;
  return other.has_value() ? std::min(*one, *other) : one;
}

}  // namespace

bool Repetition::due(TimePoint now) {
  if (!at_.has_value() || now < *at_) return false;
  pause_ = std::min(2 * pause_, longest_);
  at_ = --left_ == 0 ? std::nullopt : std::optional(now + pause_);
  return true;
}

void Repetition::slow_down() { pause_ = longest_; }

std::string_view name_of(ClientTransactionState state) {
  switch (state) {
    case ClientTransactionState::kCalling:
      return "calling";
    case ClientTransactionState::kCancelDue:
      return "calling, CANCEL due";
    case ClientTransactionState::kProceeding:
      return "proceeding";
    case ClientTransactionState::kCancelled:
      return "proceeding, cancelled";
    case ClientTransactionState::kAccepted:
      return "accepted";
    case ClientTransactionState::kCompleted:
      return "completed";
    case ClientTransactionState::kTerminated:
      return "terminated";
  }
  return "";
}

std::string_view name_of(ServerTransactionState state) {
  switch (state) {
    case ServerTransactionState::kProceeding:
      return "proceeding";
    case ServerTransactionState::kCompleted:
      return "completed";
    case ServerTransactionState::kAccepted:
      return "accepted";
    case ServerTransactionState::kTerminated:
      return "terminated";
  }
  return "";
}

ClientTransaction::ClientTransaction(bool invite, TimePoint now, const SipTimers& timers)
    : invite_(invite), reliable_(timers.reliable), whole_(64 * timers.t1), deadline_(now + whole_) {
  // An INVITE is sent again at ever longer intervals, another request at most T2 apart.
  if (!reliable_)
    repetition_ = invite ? Repetition(timers.t1, whole_, timers.invite_retransmissions, now)
                         : Repetition(timers.t1, timers.t2, timers.retransmissions, now);
}

void ClientTransaction::terminate() {
  state_ = State::kTerminated;
  deadline_.reset();
  repetition_.stop();
}

void ClientTransaction::complete(TimePoint now) {
  terminate();
  if (reliable_) return;
  state_ = State::kCompleted;
  deadline_ = now + (invite_ ? std::max(whole_, kRefusalAgain) : kT4);
}

std::optional<TimePoint> ClientTransaction::deadline() const { return earlier(deadline_, repetition_.at()); }

ClientTransaction::Action ClientTransaction::on_response(int status, TimePoint now) {
  if (state_ == State::kTerminated) return Action::kAbsorb;
  if (state_ == State::kCompleted) return invite_ && status >= 300 ? Action::kAcknowledge : Action::kAbsorb;
  if (state_ == State::kAccepted) return status >= 200 && status < 300 ? Action::kPass : Action::kAbsorb;
  if (status < 200) {
    invite_ ? repetition_.stop() : repetition_.slow_down();
    if (state_ == State::kCancelDue) {
      state_ = State::kCancelled;
      deadline_ = now + whole_;
      return Action::kPassAndCancel;
    }
    if (state_ == State::kCalling) state_ = State::kProceeding;
    if (invite_ && state_ == State::kProceeding) deadline_.reset();  // timer B runs in Calling only
    return Action::kPass;
  }
  if (!invite_) {
    complete(now);
    return Action::kPass;
  }
  if (status < 300) {
    repetition_.stop();
    state_ = State::kAccepted;
    deadline_ = now + whole_;  // timer M
    return Action::kPass;
  }
  complete(now);
  return Action::kPassAndAcknowledge;
}

bool ClientTransaction::on_cancel(TimePoint now) {
  if (state_ == State::kCalling) state_ = State::kCancelDue;
  if (state_ != State::kProceeding) return false;
  state_ = State::kCancelled;
  deadline_ = now + whole_;
  return true;
}

bool ClientTransaction::on_time(TimePoint now) {
  if (!deadline_.has_value() || now < *deadline_) return false;
  const bool answered = state_ == State::kAccepted || state_ == State::kCompleted;
  terminate();
  return !answered;
}

bool ServerTransaction::on_respond(int status, TimePoint now) {
  if (state_ == State::kAccepted)
    return status >= 200 && status < 300;  // the 2xx again, on the transaction user's own timer
  if (state_ != State::kProceeding) return false;
  if (status < 200) return true;
  if (!invite_ && timers_.reliable) {
    state_ = State::kTerminated;
    return true;
  }
  state_ = invite_ && status < 300 ? State::kAccepted : State::kCompleted;
  deadline_ = now + whole_;  // timers L, H and J
  if (invite_ && status >= 300 && !timers_.reliable)
    repetition_ = Repetition(timers_.t1, timers_.t2, timers_.retransmissions, now);
  return true;
}

std::optional<TimePoint> ServerTransaction::deadline() const { return earlier(deadline_, repetition_.at()); }

void ServerTransaction::on_acknowledge() {
  if (state_ != State::kCompleted || !invite_) return;
  repetition_.stop();
  state_ = State::kTerminated;
  deadline_.reset();
}

void ServerTransaction::on_time(TimePoint now) {
  if (deadline_.has_value() && now >= *deadline_) {
    state_ = State::kTerminated;
    deadline_.reset();
    repetition_.stop();
  }
}

}  // namespace phone::signaling
