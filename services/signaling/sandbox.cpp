// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::signaling {

absl::Status enter_sandbox(const mesh::Paths& paths) {
  return sandbox::service("signaling", paths.roles)
      .keeps_state(paths.state_dir, "dialogs without keys, the stored policy without its secret, the alarm to report")
      .resolves_names("the configuration may name call managers")
      .connects_tcp("SIP over TLS and the authorization service over HTTPS, on the ports the configuration names")
      .talks_udp("SIP over UDP, where the configuration of a nonsecure device asks for it")
      .enter();  // it connects and never listens
}

}  // namespace phone::signaling
