// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/keys/signing.hpp"

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::certificates {
namespace {

using crypto::Digest;

// DER of DigestInfo up to the digest's value (RFC 8017 section 9.2, note 1).
std::string digest_info(Digest digest) {
  switch (digest) {
    case Digest::kSha1:
      return std::string("\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14", 15);
    case Digest::kSha256:
      return std::string("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20", 19);
    case Digest::kSha384:
      return std::string("\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30", 19);
    case Digest::kSha512:
      return std::string("\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40", 19);
    case Digest::kMd5:
      break;
  }
  return {};
}

// CAPF's proof is made with SHA-1 and SHA-512 (cisco-formats.md D3); everything else only with SHA-2.
bool digest_fits(Purpose purpose, Digest digest) {
  if (purpose == Purpose::kCapfProof) return digest == Digest::kSha1 || digest == Digest::kSha512;
  return digest == Digest::kSha256 || digest == Digest::kSha384 || digest == Digest::kSha512;
}

// A bare digest under type-1 padding could be some other protocol's signature, so only CAPF's proof gets one, and
// it gets nothing else from an RSA key.
bool scheme_fits(Purpose purpose, Scheme scheme) {
  if (scheme == Scheme::kEcdsa) return purpose != Purpose::kFileUnwrap;
  if (purpose == Purpose::kCapfProof) return scheme == Scheme::kRsaPkcs1Bare;
  if (purpose == Purpose::kScep) return scheme == Scheme::kRsaPkcs1;
  return purpose != Purpose::kFileUnwrap && (scheme == Scheme::kRsaPkcs1 || scheme == Scheme::kRsaPss);
}

}  // namespace

absl::StatusOr<TokenOperation> token_operation(Purpose purpose, Scheme scheme, Digest digest, std::string_view input,
                                               const crypto::PublicKey& key) {
  if (!scheme_fits(purpose, scheme)) {
    return absl::InvalidArgumentError(absl::StrCat("the signature scheme is not for ", name_of(purpose)));
  }
  if (!digest_fits(purpose, digest)) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(crypto::digest_name(digest)), " is not for ", name_of(purpose)));
  }
  if (input.size() != crypto::digest_size(digest))
    return absl::InvalidArgumentError("the input does not have the digest's length");
  if ((scheme == Scheme::kEcdsa) == key.is_rsa()) {
    return absl::InvalidArgumentError(absl::StrCat("the signature scheme does not match the ", key.describe(), " key"));
  }
  const auto modulus = static_cast<size_t>((key.bits() + 7) / 8);
  switch (scheme) {
    case Scheme::kRsaPkcs1: {
      std::string padded = digest_info(digest) + std::string(input);
      if (padded.size() + 11 > modulus) break;
      return TokenOperation{TokenOperation::Mechanism::kRsaPkcs1, digest, std::move(padded)};
    }
    case Scheme::kRsaPkcs1Bare:
      if (input.size() + 11 > modulus) break;
      return TokenOperation{TokenOperation::Mechanism::kRsaPkcs1, digest, std::string(input)};
    case Scheme::kRsaPss:
      if (2 * input.size() + 2 > modulus) break;
      return TokenOperation{TokenOperation::Mechanism::kRsaPss, digest, std::string(input)};
    case Scheme::kEcdsa: {
      // Bits beyond the order do not count (FIPS 186-4 section 6.4); a token is not relied on to cut them.
      const std::string_view cut = key.bits() == 521 ? input : input.substr(0, modulus);
      return TokenOperation{TokenOperation::Mechanism::kEcdsa, digest, std::string(cut)};
    }
  }
  return absl::InvalidArgumentError(absl::StrCat("the ", key.describe(), " key is too short for this digest"));
}

absl::StatusOr<std::string> ecdsa_der(std::string_view raw) {
  if (raw.empty() || raw.size() % 2 != 0 || raw.size() > 132)
    return absl::InternalError("the token returned no ECDSA signature");
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const auto half = static_cast<int>(raw.size() / 2);
  crypto::BignumPtr r(BN_bin2bn(bytes, half, nullptr));
  crypto::BignumPtr s(BN_bin2bn(bytes + half, half, nullptr));
  const crypto::EcdsaSigPtr signature(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || signature == nullptr || BN_is_zero(r.get()) || BN_is_zero(s.get()) ||
      ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return absl::InternalError("the token returned no ECDSA signature");
  }
  // Taken over by set0.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  const crypto::OpensslBytes held(der);
  if (size <= 0) return absl::InternalError(crypto::openssl_errors());
  return std::string(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
}

}  // namespace phone::certificates
