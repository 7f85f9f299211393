// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/files/signature.hpp"

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "services/trust_store/files/roles.hpp"

namespace phone::trust {
namespace {

absl::Status fitting_key(const FileHeader& header, const crypto::Certificate& certificate, KeyPolicy policy) {
  const crypto::PublicKey& key = certificate.public_key();
  if (!key.is_rsa()) {
    return absl::FailedPreconditionError(absl::StrCat("signer ", describe(certificate), " has a key of kind ",
                                                      key.describe(), ", but files must be signed with RSA"));
  }
  if (key.bits() != header.modulus_bits) {
    return absl::FailedPreconditionError(absl::StrCat("the header states a modulus of ", header.modulus_bits,
                                                      " bits, signer ", describe(certificate), " has ",
                                                      key.describe()));
  }
  if (absl::Status status = strong_enough(key, policy); !status.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("signer ", describe(certificate), ": ", std::string(status.message())));
  }
  if (policy.fips && header.digest == crypto::Digest::kSha1) {
    return absl::FailedPreconditionError("the signature uses SHA-1, which FIPS mode does not allow");
  }
  return absl::OkStatus();
}

}  // namespace

std::string describe(const crypto::Certificate& certificate) {
  return absl::StrCat(printable(certificate.subject()), " (serial ", crypto::hex(certificate.serial()), ")");
}

std::string claimed_signer(const FileHeader& header) {
  return absl::StrCat(printable(header.signer_name), " (serial ", printable(crypto::hex(header.signer_serial)), ")");
}

absl::Status strong_enough(const crypto::PublicKey& key, KeyPolicy policy) {
  if (!key.is_rsa()) return absl::OkStatus();
  if (key.bits() < 1024) return absl::FailedPreconditionError(absl::StrCat(key.describe(), " is never trusted"));
  if (policy.fips && key.bits() < 2048) {
    return absl::FailedPreconditionError(absl::StrCat(key.describe(), " is not FIPS compliant"));
  }
  return absl::OkStatus();
}

const std::string& SignedContent::digest() const {
  if (digest_.empty()) {
    crypto::DigestStream stream(header_.digest);
    stream.add(file_.substr(0, header_.signature_offset));
    stream.add(file_.substr(header_.signature_offset + header_.signature_size));
    digest_ = stream.finish();
  }
  return digest_;
}

absl::StatusOr<crypto::Certificate> find_signer(const SignedContent& content,
                                                const std::vector<crypto::Certificate>& candidates, KeyPolicy policy) {
  const FileHeader& header = content.header();
  absl::Status cause = absl::NotFoundError(absl::StrCat("no known certificate of signer ", claimed_signer(header)));
  std::size_t tried = 0;
  for (const crypto::Certificate& candidate : candidates) {
    if (candidate.serial() != header.signer_serial) continue;
    if (tried++ == kMostOfOneSerial) {
      return absl::ResourceExhaustedError(
          absl::StrCat("more than ", kMostOfOneSerial, " certificates have the serial number of signer ",
                       claimed_signer(header), ", and none of the first is the signer's"));
    }
    if (absl::Status status = fitting_key(header, candidate, policy); !status.ok()) {
      cause = status;
      continue;
    }
    if (candidate.public_key().verify_digest(header.digest, content.digest(), header.signature)) return candidate;
    cause =
        absl::UnauthenticatedError(absl::StrCat("the signature does not verify with the key of ", describe(candidate)));
  }
  return cause;
}

absl::StatusOr<crypto::Certificate> find_signer(std::string_view file, const FileHeader& header,
                                                const std::vector<crypto::Certificate>& candidates, KeyPolicy policy) {
  return find_signer(SignedContent(file, header), candidates, policy);
}

}  // namespace phone::trust
