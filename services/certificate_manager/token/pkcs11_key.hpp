// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include <p11-kit/pkcs11.h>

#include "absl/status/statusor.h"
#include "common/crypto/pointers.hpp"
#include "common/crypto/public_key.hpp"
#include "services/certificate_manager/keys/key_policy.hpp"

// Key objects as PKCS#11 attributes. Private keys are always CKA_SENSITIVE and never CKA_EXTRACTABLE.
namespace phone::certificates {

absl::Status generate_pair(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session, KeyType type, int bits,
                           CK_OBJECT_HANDLE* public_object, CK_OBJECT_HANDLE* private_object);

absl::StatusOr<crypto::PublicKey> read_rsa_public(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session,
                                                  CK_OBJECT_HANDLE object);
absl::StatusOr<crypto::PublicKey> read_ec_public(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session,
                                                 CK_OBJECT_HANDLE object);

absl::Status create_private(const CK_FUNCTION_LIST& call, CK_SESSION_HANDLE session, EVP_PKEY* key,
                            const std::string& id);

}  // namespace phone::certificates
