// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/download/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::download {

absl::Status enter_sandbox(const mesh::Paths& paths) {
  return sandbox::service("download", paths.roles)
      .resolves_names("DHCP and configuration name servers")
      .connects_tcp("servers speak HTTP, and callers TLS through a pipe, on the port the request names")
      .talks_udp("provisioning servers speak TFTP; audit events by syslog over UDP, if so configured")
      .enter();  // writes nothing: what came belongs to the caller
}

}  // namespace phone::download
