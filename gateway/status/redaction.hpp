// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "phone/gateway/v1/gateway.pb.h"
#include "phone/mesh/v1/events.pb.h"
#include "phone/policy/v1/policy.pb.h"

// What somebody far away is not shown: whom the person at the phone talks to, and what they are called. Told by the
// type of a message and the name of a field, never by looking at a value; a text that this does not know is hidden.
namespace phone::gateway {

inline constexpr char kHidden[] = "(hidden)";

void redact(phone::gateway::v1::PhoneStatus& status);
void redact(phone::mesh::v1::Event& event);
void redact(phone::policy::v1::ListSettingsReply& settings);

}  // namespace phone::gateway
