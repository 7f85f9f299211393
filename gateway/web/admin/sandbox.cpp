// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/admin/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::gateway::web {

absl::Status enter_admin_sandbox(const mesh::Paths& paths) {
  // The application is in memory by now; the key is another process's, and what opens the port comes from policy.
  return sandbox::service("web_admin", paths.roles)
      .reads(paths.state_dir, "the authorities of clients' certificates")
      .listens_tcp("the administrator's pages, once the policy enables them")
      .enter();
}

}  // namespace phone::gateway::web
