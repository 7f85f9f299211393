// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "phone/policy/v1/policy.pb.h"
#include "services/policy/configuration/configuration.hpp"

namespace phone::policy {

// Intervals and counts of SIP, between the configuration and the effective policy.
void put_sip_timers(const Configuration& from, v1::EffectivePolicy& to);
void take_sip_timers(const v1::EffectivePolicy& from, Configuration& to);

}  // namespace phone::policy
