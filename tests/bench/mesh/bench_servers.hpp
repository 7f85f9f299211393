// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// bench_servers.hpp -- the servers that are compared: each runs in a process of its own until it is killed.
#pragma once

#include <string>

namespace phone::mesh {

// "bare" gRPC's asynchronous API with generated stubs, no router, no actors; "router" ours, answered in the handler;
// "actor" ours, answered by an actor as every service does.
int serve_bench(const std::string& kind, const std::string& socket);

}  // namespace phone::mesh
