// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/crypto/x509.hpp"
#include "common/tls/policy.hpp"

namespace phone::tls {

// Why a certificate could not be shown on a TLS connection of ours, as its client; empty when it can. OpenSSL itself is
// asked, in a context of the profile that connections of SIP have, so that nothing is taken into use that fails there.
// Besides: it is valid at `at` (a clock may be off by minutes), it is not a CA's, and its usages allow a client's
// signature.
std::string why_not_shown(const std::vector<crypto::Certificate>& chain, const Policy& policy, absl::Time at);

}  // namespace phone::tls
