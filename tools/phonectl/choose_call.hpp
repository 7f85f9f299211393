// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <string>

#include "phone/signaling/v1/signaling.pb.h"

namespace phone::phonectl {

// kKeyed: takes keys of the user, as the call with the user does, dialled or established.
enum class Wanted { kRinging, kLive, kTalking, kKeyed, kHeld, kTransferable };

// The call a command without a name means: the only one it can be. NOT_FOUND when there is none, FAILED_PRECONDITION
// with the names to choose from when there are several.
absl::StatusOr<std::string> choose_call(const phone::signaling::v1::SignalingState& state, Wanted wanted);

}  // namespace phone::phonectl
