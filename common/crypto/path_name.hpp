// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The expected name of a peer, in the form that OpenSSL compares (RFC 6125).
#pragma once

#include <string>
#include <string_view>

#include <openssl/types.h>

#include "absl/status/status.h"

namespace phone::crypto {

// INVALID_ARGUMENT for anything that is neither an IP address nor a DNS name of letters, digits, hyphens and
// underscores: a name that begins with a dot or has a wildcard would match more than itself. One final dot is left out.
absl::Status expect_name(X509_VERIFY_PARAM* param, std::string_view name);

// The names a certificate is for, as people read them: "DNS:a.lab, IP:10.0.0.1"; at most 200 characters.
std::string alternative_names(const X509* certificate);

}  // namespace phone::crypto
