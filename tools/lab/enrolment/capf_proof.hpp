// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The proof a phone gives of a certificate's key (cisco-formats.md D3): a signature over the bare digest.
#pragma once

#include <string_view>
#include <vector>

#include "tools/lab/identity.hpp"

namespace phone::lab {

// RSA: type-1 padding over the bare digest, without DigestInfo. EC: ordinary ECDSA.
bool proof_holds(EVP_PKEY* key, Hash hash, std::string_view data, std::string_view signature);

// Is the certificate signed by one of these, or one of these itself?
bool issued_by_one_of(const Identity& certificate, const std::vector<IdentityPtr>& authorities);

}  // namespace phone::lab
