// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/choose_call.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <vector>

namespace phone::phonectl {
namespace {

using namespace phone::signaling::v1;

bool fits(const Call& call, Wanted wanted) {
  if (wanted == Wanted::kRinging) return call.state() == CALL_STATE_RINGING_IN;
  return call.state() != CALL_STATE_ENDED && call.state() != CALL_STATE_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<std::string> choose_call(const SignalingState& state, Wanted wanted) {
  std::vector<std::string> names;
  for (const auto& call : state.call()) {
    if (fits(call, wanted)) names.push_back(call.call());
  }
  if (names.empty()) {
    return absl::NotFoundError(wanted == Wanted::kRinging ? "no call is ringing" : "there is no call");
  }
  if (names.size() > 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("there are several calls, name one: ", absl::StrJoin(names, ", ")));
  }
  return names.front();
}

}  // namespace phone::phonectl
