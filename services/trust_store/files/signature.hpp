// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Which of some certificates made a file's signature, and whether its key is good enough.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/x509.hpp"
#include "services/trust_store/files/file_header.hpp"

namespace phone::trust {

struct KeyPolicy {
  bool fips = false;
};

// "CN=tftp.lab (serial af9b40a1)"
std::string describe(const crypto::Certificate& certificate);
// The same of the signer that a header claims; unverified.
std::string claimed_signer(const FileHeader& header);

// RSA below 1024 bits is never trusted, below 2048 not in FIPS mode; FAILED_PRECONDITION names the key.
absl::Status strong_enough(const crypto::PublicKey& key, KeyPolicy policy);

// What a header's signature covers. It is hashed once, however many keys the signature is held against.
class SignedContent {
 public:
  // Both outlive it.
  SignedContent(std::string_view file, const FileHeader& header) : file_(file), header_(header) {}
  const FileHeader& header() const { return header_; }
  const std::string& digest() const;

 private:
  const std::string_view file_;
  const FileHeader& header_;
  mutable std::string digest_;
};

// Certificates of one serial number that a signature is held against. Two issuers may have given the same number; a
// list full of it would make each file cost a thousand verifications.
inline constexpr std::size_t kMostOfOneSerial = 4;

// The certificate among `candidates` that has the header's serial number and whose key verifies the signature.
//   NOT_FOUND            none has that serial number
//   RESOURCE_EXHAUSTED   more than kMostOfOneSerial have it, and none of the first of them made the signature
//   FAILED_PRECONDITION  the key is too short or is not of the kind the header states, or SHA-1 in FIPS mode
//   UNAUTHENTICATED      it does not verify
absl::StatusOr<crypto::Certificate> find_signer(const SignedContent& content,
                                                const std::vector<crypto::Certificate>& candidates, KeyPolicy policy);
absl::StatusOr<crypto::Certificate> find_signer(std::string_view file, const FileHeader& header,
                                                const std::vector<crypto::Certificate>& candidates, KeyPolicy policy);

}  // namespace phone::trust
