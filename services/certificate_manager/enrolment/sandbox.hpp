// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/status/status.h"
#include "common/mesh/process/paths.hpp"

namespace phone::enrolment {

// What this process may still do, before it reads its first hostile byte. The unit restricts the rest.
absl::Status enter_sandbox(const mesh::Paths& paths);

}  // namespace phone::enrolment
