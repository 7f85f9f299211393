// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "phone/signaling/v1/signaling.pb.h"
#include "services/signaling/control/remote_state.hpp"

// What the call manager has told, as messages of the contract.
namespace phone::signaling {

void fill(v1::SignalingState& state, const RemoteView& view);
void fill(v1::PhoneLine& message, const RemoteLine& line);

}  // namespace phone::signaling
