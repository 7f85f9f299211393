// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "phone/signaling/v1/signaling.pb.h"

// What the call manager has told of lines and features.
namespace phone::phonectl {

// "2 new messages, calls go to 1005"; empty: nothing.
std::string told_of(const phone::signaling::v1::PhoneLine& line);
// A line each: do not disturb, hunt group, privacy, texts, shared lines, participants, parked calls, watched numbers.
std::vector<std::string> told_lines(const phone::signaling::v1::SignalingState& state);

}  // namespace phone::phonectl
