// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/gateway/v1/gateway.pb.h"
#include "phone/policy/v1/policy.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// "on", "off" or "unknown", or the value of an element that is not a switch, with the note.
Cell in_force(const phone::mesh::v1::SettingInForce& setting);

// The elements of the configuration: those it says something of, or all that there are. `security` has what is in
// force.
std::string print_settings(const phone::policy::v1::ListSettingsReply& settings,
                           const phone::gateway::v1::SecuritySettings& security, bool all, const View& view);

}  // namespace phone::phonectl
