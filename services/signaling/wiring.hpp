// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "absl/status/status.h"
#include "common/mesh/process/paths.hpp"
#include "common/mesh/process/service.hpp"

namespace phone::signaling {

using EnterSandbox = absl::Status (*)(const mesh::Paths& paths);

// The signaling process: its peers, watchers, agent and methods, put together.
std::unique_ptr<mesh::Service> make_service(EnterSandbox enter_sandbox);

}  // namespace phone::signaling
