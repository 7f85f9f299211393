// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/trust_list.hpp"

#include <optional>

#include "absl/strings/str_cat.h"
#include "tools/lab/bytes.hpp"

namespace phone::lab {
namespace {

constexpr char kPad = 0x0d;

// MODULUS: the index of the RSA size; 3072 has no code.
std::optional<unsigned> modulus_index(int bits) {
  switch (bits) {
    case 512:
      return 0;
    case 1024:
      return 1;
    case 2048:
      return 2;
    case 4096:
      return 3;
    default:
      return std::nullopt;
  }
}

std::string record_bytes(const Record& record) {
  const Identity& one = *record.certificate;
  const std::string rest = element(3, with_nul(one.subject())) + element(5, with_nul(one.issuer())) +
                           element(6, one.serial()) + element(4, u16(static_cast<size_t>(record.role))) +
                           element(7, one.list_public_key()) + element(8, one.signature_bits()) + element(9, one.der());
  return element(1, u16(rest.size() + 5)) + rest;
}

}  // namespace

absl::StatusOr<std::string> signed_bytes(const SignedHeader& header, const Identity& signer, std::string_view body) {
  const auto index = modulus_index(signer.bits());
  if (!signer.is_rsa() || !index) {
    return absl::InvalidArgumentError(absl::StrCat("no signature code for ", signer.describe_key()));
  }
  const std::string names =
      element(4, with_nul(signer.subject())) + element(6, with_nul(signer.issuer())) + element(5, signer.serial());
  const std::string algorithm = element(10, u8(0)) + element(11, u8(*index));
  const std::string info = element(8, u8(static_cast<unsigned>(header.hash))) + element(9, algorithm);
  const std::string before = header.after_version + element(3, names) + element(7, info);
  std::string after =
      element(14, with_nul(header.filename)) + element(15, u32(header.timestamp)) + header.after_timestamp;

  const size_t signature_size = static_cast<size_t>(EVP_PKEY_get_size(signer.key()));
  const std::string version = element(1, header.version);
  size_t length = version.size() + 5 + before.size() + 3 + signature_size + after.size();
  while (length % 4 != 0) {
    after += kPad;
    ++length;
  }
  const std::string start = version + element(2, u16(length)) + before;
  const std::string signature = sign_pkcs1(signer.key(), header.hash, start + after + std::string(body));
  if (signature.size() != signature_size) return absl::InternalError(openssl_error_text());
  return start + element(12, signature) + after + std::string(body);
}

absl::StatusOr<std::string> encode(const TrustList& list) {
  std::string body;
  for (const Record& one : list.records) body += record_bytes(one);
  return signed_bytes({.version = u8(1) + u8(2),
                       .after_version = element(28, u8(1) + u8(list.signer_minor)),
                       .filename = list.filename,
                       .timestamp = list.timestamp,
                       .after_timestamp = {},
                       .hash = list.hash},
                      *list.signer, body);
}

}  // namespace phone::lab
