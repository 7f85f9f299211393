// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include "common/mesh/process/paths.hpp"

namespace phone::gateway::web {

absl::Status enter_admin_sandbox(const mesh::Paths& paths);

}  // namespace phone::gateway::web
