// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Why a path was refused, in one line that names the certificate and the cause (F88).
#pragma once

#include <string>

#include <openssl/types.h>

#include "common/crypto/path.hpp"

namespace phone::crypto {

// After X509_verify_cert has said no.
std::string path_reason(X509_STORE_CTX* context, const Certificate& leaf, const PathRules& rules);

std::string key_text(const X509* certificate);  // "RSA 1024", "EC P-256", "ED25519"

}  // namespace phone::crypto
