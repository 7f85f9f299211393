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
#include "services/signaling/ua/stream_events.hpp"

// Conversions between the messages of the contract and the values of signaling.
namespace phone::signaling {

Settings to_settings(const policy::v1::EffectivePolicy& policy);
// What is kept on flash: the policy without passwords.
policy::v1::EffectivePolicy without_secrets(const policy::v1::EffectivePolicy& policy);
std::vector<RecoveredStream> to_streams(const media::v1::RecoverStreamsReply& reply);
StreamsReported to_reports(const media::v1::StreamFacts& facts);
// It has keys in it, which the caller wipes.
media::v1::ConfigureStreamRequest to_proto(const StreamSetting& setting);
v1::Call to_proto(const CallView& view);
v1::SignalingState to_proto(const StateView& view);

}  // namespace phone::signaling
