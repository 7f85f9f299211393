// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>

#include "common/mesh/call/latest.hpp"
#include "gateway/metrics/metrics_text.hpp"
#include "gateway/peers/peers_rpc.hpp"
#include "phone/gateway/v1/gateway.pb.h"

namespace phone::mesh {
class Router;
}

namespace phone::gateway {

// Gateway/GetMetrics: asks every service at once, and answers when the last has answered or its second is over.
// What the phone does is taken from the `latest` status, which outlives the router; `on_demand` says what is known of
// the services that run while they are wanted.
void serve_metrics(phone::mesh::Router& router, const Peers& peers,
                   const phone::mesh::Latest<phone::gateway::v1::PhoneStatus>& latest,
                   std::function<OnDemand()> on_demand);

}  // namespace phone::gateway
