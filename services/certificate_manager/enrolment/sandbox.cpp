// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::enrolment {

absl::Status enter_sandbox(const mesh::Paths& paths) {
  return sandbox::service("enrolment", paths.roles)
      .resolves_names("orders name the CAPF server")
      .connects_tcp("CAPF servers answer over TLS, on the port the order names")
      .enter();  // writes nothing: whatever must stay is the certificate manager's
}

}  // namespace phone::enrolment
