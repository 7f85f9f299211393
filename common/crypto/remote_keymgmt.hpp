// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <openssl/core.h>
#include <openssl/core_dispatch.h>

#include "common/crypto/remote_key.hpp"

// The key object our provider hands around, and its two dispatch tables. OpenSSL 3.0's provider interface,
// provider-keymgmt(7).
namespace phone::crypto {

// A key imported only to be compared has no signer.
struct RemoteKey {
  EvpPkeyPtr public_part;
  Signer signer;
  Opener opener;
};

// OSSL_PARAM through which remote_private_key hands a RemoteKey* to EVP_PKEY_fromdata; the key takes it over.
inline constexpr char kRemoteKeyParam[] = "phone-remote-key";
inline constexpr std::size_t kHandedSize = sizeof(void*);  // of what the parameter holds: the key's address

extern const OSSL_DISPATCH kRsaKeyManagement[];
extern const OSSL_DISPATCH kEcKeyManagement[];
extern const OSSL_DISPATCH kRsaSignature[];
extern const OSSL_DISPATCH kEcSignature[];
extern const OSSL_DISPATCH kRsaCipher[];

}  // namespace phone::crypto
