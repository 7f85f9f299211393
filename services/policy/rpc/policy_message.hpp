// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/status/statusor.h"
#include "phone/policy/v1/policy.pb.h"
#include "services/policy/run/policy_state.hpp"

// Values to and from the contract's messages: what is published and what is kept on flash.
namespace phone::policy {

v1::EffectivePolicy to_message(const Policy&);
// As a role gets it: only signaling gets the lines' passwords, only certificate_manager SCEP's challenge, only
// network_access those of 802.1X and WLAN.
v1::EffectivePolicy for_role(v1::EffectivePolicy, mesh::v1::Role);

std::string encode(const State&);
// DATA_LOSS when the bytes are not what encode() wrote.
absl::StatusOr<State> decode(std::string_view bytes);

}  // namespace phone::policy
