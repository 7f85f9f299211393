// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"

// What every actor of a port hears from the supplicant's client, beside its own messages.
namespace phone::network {

// Events have been lost; what they said is to be asked for.
struct EventsMissed {};

}  // namespace phone::network

PHONE_MESSAGE(phone::network::SupplicantEvent)
PHONE_MESSAGE(phone::network::EventsMissed)
