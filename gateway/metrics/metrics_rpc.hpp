// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>

#include "gateway/metrics/metrics_text.hpp"
#include "gateway/peers/peers_rpc.hpp"

namespace phone::mesh {
class Router;
}

namespace phone::gateway {

// Gateway/GetMetrics: asks every service at once, and answers when the last has answered or its second is over.
// `deaths` says what is known of the services that run while they are wanted.
void serve_metrics(phone::mesh::Router& router, const Peers& peers, std::function<Deaths()> deaths);

}  // namespace phone::gateway
