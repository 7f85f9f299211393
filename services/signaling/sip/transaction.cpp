// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/transaction.hpp"

namespace phone::signaling {

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

void ClientTransaction::terminate() {
  state_ = State::kTerminated;
  deadline_.reset();
}

ClientTransaction::Action ClientTransaction::on_response(int status, TimePoint now) {
  if (state_ == State::kTerminated) return Action::kAbsorb;
  if (state_ == State::kAccepted) return status >= 200 && status < 300 ? Action::kPass : Action::kAbsorb;
  if (status < 200) {
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
    terminate();
    return Action::kPass;
  }
  if (status < 300) {
    state_ = State::kAccepted;
    deadline_ = now + whole_;  // timer M
    return Action::kPass;
  }
  terminate();
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
  const bool answered = state_ == State::kAccepted;
  terminate();
  return !answered;
}

bool ServerTransaction::on_respond(int status, TimePoint now) {
  if (state_ == State::kAccepted)
    return status >= 200 && status < 300;  // the 2xx again, on the transaction user's own timer
  if (state_ != State::kProceeding) return false;
  if (status < 200) return true;
  if (!invite_) {
    state_ = State::kTerminated;
    return true;
  }
  state_ = status < 300 ? State::kAccepted : State::kCompleted;
  deadline_ = now + whole_;  // timers L and H
  return true;
}

void ServerTransaction::on_acknowledge() {
  if (state_ != State::kCompleted) return;
  state_ = State::kTerminated;
  deadline_.reset();
}

void ServerTransaction::on_time(TimePoint now) {
  if (deadline_.has_value() && now >= *deadline_) {
    state_ = State::kTerminated;
    deadline_.reset();
  }
}

}  // namespace phone::signaling
