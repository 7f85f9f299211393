// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::trust {

absl::Status enter_sandbox(const mesh::Paths& paths, const std::filesystem::path& image_root) {
  return sandbox::service("trust_store", paths.roles)
      .keeps_state(paths.state_dir, "the trust lists, their settings and the record of decisions")
      .reads(image_root / "etc/phone", "who may sign images of the phone's software")
      .reads(image_root / "usr/lib/phone", "which versions are installed, in a folder that the first package makes")
      .resolves_names("trust lists name TVS servers")
      .connects_tcp("TVS servers answer over TLS, on the port their list entry or policy names")
      .enter();
}

}  // namespace phone::trust
