// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::policy {

absl::Status enter_sandbox(const mesh::Paths& paths) {
  return sandbox::service("policy", paths.roles)
      .keeps_state(paths.state_dir, "the policy last applied and the audit log")
      .enter();  // no network: phone-download fetches
}

}  // namespace phone::policy
