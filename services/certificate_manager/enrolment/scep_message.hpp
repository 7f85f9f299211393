// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"
#include "services/certificate_manager/enrolment/scep_authority.hpp"

// pkiMessages: SignedData around EnvelopedData, with SCEP's own signed attributes (RFC 8894 section 3).
namespace phone::enrolment {

enum class MessageType : std::uint8_t { kCertRep = 3, kRenewalReq = 17, kPkcsReq = 19, kCertPoll = 20 };
enum class PkiStatus : std::uint8_t { kSuccess = 0, kFailure = 2, kPending = 3 };

// Who speaks: the certificate and its key, which is with the key holder.
struct ScepSigner {
  crypto::Certificate certificate;
  EVP_PKEY* key;
};

enum class Cipher : std::uint8_t { kAes128, kDes3 };  // in CBC mode

struct PkiRequest {
  MessageType type;
  std::string transaction;   // printable
  std::string nonce;         // 16 bytes
  std::string_view content;  // DER of a PKCS#10 request or of IssuerAndSubject; may hold the challenge
  Cipher cipher = Cipher::kAes128;
};

inline constexpr std::size_t kNonceSize = 16;

absl::StatusOr<std::string> write_message(const PkiRequest& request, const ScepSigner& speaker,
                                          const Authority& authority);

struct PkiAnswer {
  PkiStatus status;
  std::string failure;   // of a failure: what the server says, in words
  std::string envelope;  // of a success: DER of the EnvelopedData
};

// Signature first, by a certificate of the authority; then that it is the answer to our message and no other.
// PERMISSION_DENIED for a signature that no proven certificate made, INVALID_ARGUMENT for everything malformed; both
// name it.
absl::StatusOr<PkiAnswer> read_answer(std::string_view der, const Authority& authority, std::string_view transaction,
                                      std::string_view nonce);

// What is in the envelope: the issued certificate and perhaps its issuers. The content key is asked of the key holder.
absl::StatusOr<std::vector<crypto::Certificate>> open_envelope(std::string_view envelope, const ScepSigner& speaker);

}  // namespace phone::enrolment
