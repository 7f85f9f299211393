#pragma once

#include "gateway/peers.hpp"

namespace phone::mesh {
class Router;
}

namespace phone::gateway {

// Gateway/GetMetrics: asks every service at once, and answers when the last has answered or its second is over.
void serve_metrics(phone::mesh::Router& router, const Peers& peers);

}  // namespace phone::gateway
