// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/transfer_state.hpp"

namespace phone::signaling {

TransferState next(TransferState state, TransferEvent event) {
  using enum TransferState;
  switch (event) {
    case TransferEvent::kAsked:
      return state == kNone ? kHolding : state;
    case TransferEvent::kHeld:
      return state == kHolding ? kReferring : state;
    case TransferEvent::kAccepted:
      return state == kReferring ? kAccepted : state;
    case TransferEvent::kOver:
      return kNone;
  }
  return state;
}

std::string_view name_of(TransferState state) {
  switch (state) {
    case TransferState::kNone:
      return "no transfer";
    case TransferState::kHolding:
      return "holding for a transfer";
    case TransferState::kReferring:
      return "REFER sent";
    case TransferState::kAccepted:
      return "transfer accepted";
  }
  return "";
}

}  // namespace phone::signaling
