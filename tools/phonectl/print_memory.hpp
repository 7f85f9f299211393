// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/signaling/v1/signaling.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// Times in the phone's zone, where it has one.
std::string print_history(const phone::signaling::v1::GetMemoryReply& memory, const View& view);
std::string print_speed_dials(const phone::signaling::v1::GetMemoryReply& memory, const View& view);
std::string print_lines(const phone::signaling::v1::SignalingState& state, const View& view);

}  // namespace phone::phonectl
