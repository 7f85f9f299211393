// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/media/v1/media.pb.h"
#include "phone/signaling/v1/signaling.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

std::string print_registrations(const phone::signaling::v1::SignalingState& state, const View& view);

// One block a call: who, state, how secure and why not more, what media really does.
std::string print_calls(const phone::signaling::v1::SignalingState& state, const phone::media::v1::StreamFacts& media,
                        const View& view);

// "call 1 to 2001: established, encrypted (lock)"
std::string call_line(const phone::signaling::v1::Call& call);

}  // namespace phone::phonectl
