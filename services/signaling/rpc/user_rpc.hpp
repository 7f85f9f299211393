// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "google/protobuf/timestamp.pb.h"
#include "phone/policy/v1/policy.pb.h"
#include "phone/signaling/v1/signaling.pb.h"
#include "services/signaling/call/call_list.hpp"
#include "services/signaling/policy/settings.hpp"

// Conversions of what the user has: lines, speed dials, the history.
namespace phone::signaling {

void take_lines(const policy::v1::EffectivePolicy& policy, Settings& settings);
v1::GetMemoryReply to_proto(const MemoryView& view);
google::protobuf::Timestamp to_proto(WallTime time);

}  // namespace phone::signaling
