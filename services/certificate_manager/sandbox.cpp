// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::certificates {

absl::Status enter_sandbox(const mesh::Paths& paths, const std::filesystem::path& run_dir) {
  auto rules = sandbox::service("certificate_manager", paths.roles);
  if (!run_dir.empty()) rules.writes(run_dir, "the token's copy while flash is read-only");
  return rules.keeps_state(paths.state_dir, "the token, the certificates and the order under way")
      .sets_priority("the token locks its secrets in memory")
      .enter();  // no network whatever: keys live here
}

}  // namespace phone::certificates
