// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include <openssl/types.h>

#include "absl/status/statusor.h"
#include "common/clock/time_floor.hpp"
#include "common/crypto/secret.hpp"
#include "common/crypto/x509.hpp"

// What a SCEP client signs besides its messages (RFC 8894 sections 2.3, 2.4 and 3.3.3). `key` is the remote one.
namespace phone::enrolment {

// PKCS#10 in DER with the challengePassword in it: a secret for as long as there is one.
absl::StatusOr<crypto::Secret> certificate_request(const crypto::PublicKey& public_key, EVP_PKEY* key,
                                                   std::string_view common_name, const crypto::Secret& challenge);

// The certificate a first request is signed with, and its answer enveloped for. Good for a week, for nothing else.
absl::StatusOr<crypto::Certificate> self_signed(const crypto::PublicKey& public_key, EVP_PKEY* key,
                                                std::string_view common_name, const clock::Present& present);

// IssuerAndSubject of a CertPoll, from two Names in DER.
std::string issuer_and_subject(std::string_view issuer, std::string_view subject);

}  // namespace phone::enrolment
