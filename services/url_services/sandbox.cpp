// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::url_services {

// No network: phone-download opens the connection, and TLS ends here. No file: what a user types must not stay.
absl::Status enter_sandbox(const mesh::Paths& paths) { return sandbox::service("url_services", paths.roles).enter(); }

}  // namespace phone::url_services
