// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::gateway::web {

absl::Status enter_sandbox(const mesh::Paths& paths) {
  // The application is in memory by now and the listening socket came from the supervisor: no file, no network.
  return sandbox::service("web", paths.roles).enter();
}

}  // namespace phone::gateway::web
