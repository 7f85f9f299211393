// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "gateway/metrics/metrics_text.hpp"
#include "phone/gateway/v1/gateway.pb.h"

namespace phone::gateway {

// What the phone does: registration, calls, sound, certificates. What is unknown, because its service does not
// respond, has no sample. Nothing that names a person: no number and no name of a call.
std::string phone_metrics(const phone::gateway::v1::PhoneStatus& status);

// The units that are no process of the mesh, as network_access sees them; empty while it does not respond.
UnitsUp units_up(const phone::gateway::v1::PhoneStatus& status);

}  // namespace phone::gateway
