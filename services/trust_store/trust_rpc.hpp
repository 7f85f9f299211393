// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone.trust.v1.TrustStore: checks sizes and enums, sends one message to the trust store, answers.
#pragma once

#include <caf/fwd.hpp>

#include "common/mesh/call/event_log.hpp"
#include "common/mesh/call/latest.hpp"
#include "common/mesh/server/router.hpp"
#include "phone/trust/v1/trust_store.pb.h"
#include "services/trust_store/trust_store_actor.hpp"

namespace phone::trust {

void register_trust_store(caf::actor_system& system, mesh::Router& router, const TrustStoreActor& trust_state,
                          mesh::EventLog& event_log, const mesh::Latest<v1::Authorities>& authorities);

}  // namespace phone::trust
