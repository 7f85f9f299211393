// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "phone/gateway/v1/gateway.pb.h"
#include "phone/mesh/v1/events.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// One line: time, service, what happened; a line before it when events were lost.
std::string print_event(const phone::mesh::v1::Event& event, const View& view);

// What a reader of `watch` wants to hear of a change, one line each; counters of running streams are no news.
std::vector<std::string> changes(const phone::gateway::v1::PhoneStatus& before,
                                 const phone::gateway::v1::PhoneStatus& after);

}  // namespace phone::phonectl
