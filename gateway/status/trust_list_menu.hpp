// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "gateway/status/policy_facts.hpp"
#include "phone/gateway/v1/gateway.pb.h"
#include "phone/trust/v1/trust_store.pb.h"

namespace phone::gateway {

// The Trust List menu (F33): the servers that the configuration and the lists name, each with the certificate it must
// show. Servers are pinned by role and not by name, so the certificate of a role stands for every server in it; the one
// whose own name fits is preferred. Null: the service did not answer, and its part is left out.
phone::gateway::v1::TrustListMenu trust_list_menu(const PolicyFacts* policy, const phone::trust::v1::TrustLists* trust);

}  // namespace phone::gateway
