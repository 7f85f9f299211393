// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "phone/media/v1/media.pb.h"
#include "phone/policy/v1/policy.pb.h"
#include "phone/signaling/v1/signaling.pb.h"
#include "services/signaling/call/call_list.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/ua/state_view.hpp"

// Between protobuf and the values signaling thinks in.
namespace phone::signaling {

Settings to_settings(const policy::v1::EffectivePolicy& policy);
std::vector<RecoveredStream> to_streams(const media::v1::RecoverStreamsReply& reply);
v1::Call to_proto(const CallView& view);
v1::SignalingState to_proto(const StateView& view);

}  // namespace phone::signaling
