// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include "common/sandbox/sandbox.hpp"

namespace phone::sandbox {

// The seccomp filter of a sandbox, loaded into every thread of this process; how many calls it allows.
class CallFilter {
 public:
  static absl::StatusOr<int> load(const Sandbox& sandbox);
};

}  // namespace phone::sandbox
