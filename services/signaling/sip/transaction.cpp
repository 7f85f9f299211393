// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/transaction.hpp"

namespace phone::signaling {

ClientTransaction::Action ClientTransaction::on_response(int status, TimePoint now) {
  if (state_ == State::kTerminated) return Action::kAbsorb;
  if (state_ == State::kAccepted) return status >= 200 && status < 300 ? Action::kPass : Action::kAbsorb;
  if (status < 200) {
    state_ = State::kProceeding;
    if (invite_) deadline_.reset();  // timer B runs in Calling alone
    return Action::kPass;
  }
  if (!invite_) {
    state_ = State::kTerminated;
    deadline_.reset();
    return Action::kPass;
  }
  if (status < 300) {
    state_ = State::kAccepted;
    deadline_ = now + whole_;  // timer M
    return Action::kPass;
  }
  state_ = State::kTerminated;
  deadline_.reset();
  return Action::kPassAndAcknowledge;
}

bool ClientTransaction::on_time(TimePoint now) {
  if (!deadline_.has_value() || now < *deadline_ || state_ == State::kTerminated) return false;
  bool answered = state_ == State::kAccepted;
  state_ = State::kTerminated;
  deadline_.reset();
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
