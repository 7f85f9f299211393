// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "common/mesh/process/service.hpp"

namespace phone::signaling {

// The signaling process: peers, watchers, the agent, the methods.
std::unique_ptr<mesh::Service> make_service();

}  // namespace phone::signaling
