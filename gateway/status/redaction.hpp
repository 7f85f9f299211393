// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string_view>

#include "phone/gateway/v1/gateway.pb.h"
#include "phone/mesh/v1/events.pb.h"
#include "phone/policy/v1/policy.pb.h"

// Hides from remote clients who the user talks to: names and numbers. Decided by message type and field, never by
// value; a text field that is not on the list of harmless ones is hidden.
namespace phone::gateway {

inline constexpr char kHidden[] = "(hidden)";

// Whether the texts of people or lines are in this element of the configuration (its path, as in `phonectl settings`).
bool is_personal(std::string_view element);
void redact(phone::gateway::v1::PhoneStatus& status);
void redact(phone::mesh::v1::Event& event);
void redact(phone::policy::v1::ListSettingsReply& settings);

}  // namespace phone::gateway
