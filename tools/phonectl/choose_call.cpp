// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/choose_call.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <vector>

namespace phone::phonectl {
namespace {

using namespace phone::signaling::v1;

bool on_hold(const Call& call) {
  return call.hold() == HOLD_STATE_HOLDING || call.hold() == HOLD_STATE_HELD || call.hold() == HOLD_STATE_HELD_HERE;
}

bool fits(const Call& call, Wanted wanted) {
  const bool established = call.state() == CALL_STATE_ESTABLISHED || call.state() == CALL_STATE_PRESERVED;
  switch (wanted) {
    case Wanted::kRinging:
      return call.state() == CALL_STATE_RINGING_IN;
    case Wanted::kTalking:
      return established && !on_hold(call);
    case Wanted::kKeyed:
      return (established && !on_hold(call)) || call.state() == CALL_STATE_DIALING ||
             call.state() == CALL_STATE_RINGING_OUT;
    case Wanted::kHeld:
      return established && on_hold(call);
    case Wanted::kTransferable:
      return established;
    case Wanted::kLive:
      break;
  }
  return call.state() != CALL_STATE_ENDED && call.state() != CALL_STATE_UNSPECIFIED;
}

std::string none_fits(Wanted wanted) {
  switch (wanted) {
    case Wanted::kRinging:
      return "no call is ringing";
    case Wanted::kTalking:
    case Wanted::kKeyed:
      return "there is no call to talk in";
    case Wanted::kHeld:
      return "no call is on hold";
    case Wanted::kTransferable:
      return "no call is established";
    case Wanted::kLive:
      break;
  }
  return "there is no call";
}

}  // namespace

absl::StatusOr<std::string> choose_call(const SignalingState& state, Wanted wanted) {
  std::vector<std::string> names;
  for (const auto& call : state.call()) {
    if (fits(call, wanted)) names.push_back(call.call());
  }
  if (names.empty()) return absl::NotFoundError(none_fits(wanted));
  if (names.size() > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("there are several calls, name one: ", absl::StrJoin(names, ", ")));
  }
  return names.front();
}

}  // namespace phone::phonectl
