// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"

// Messages from the supplicant's client to every actor of a port.
namespace phone::network {

// Events have been lost; STATUS is to be asked.
struct EventsMissed {};

}  // namespace phone::network

PHONE_MESSAGE(phone::network::SupplicantEvent)
PHONE_MESSAGE(phone::network::EventsMissed)
