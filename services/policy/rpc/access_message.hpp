// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "phone/policy/v1/policy.pb.h"
#include "services/policy/configuration/configuration.hpp"

// In the contract: 802.1X and WLAN profiles of the configuration, time servers and how dates are written.
namespace phone::policy {

void put_access(const Configuration& from, v1::EffectivePolicy& to);
void take_access(const v1::EffectivePolicy& from, Configuration& to);
void clear_access_secrets(v1::EffectivePolicy& policy);

}  // namespace phone::policy
