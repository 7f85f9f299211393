// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/files/signed_file.hpp"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/trust_store/files/roles.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kBlock = 16;  // AES

absl::Status fault(std::string text) { return absl::InvalidArgumentError(absl::StrCat("encryption: ", text)); }

absl::StatusOr<FileEncryption> encryption_of(const EncryptionElements& elements, std::size_t body_size) {
  if (!elements.iv || !elements.padding_length) return fault("the IV or padding length is missing");
  // A file for a symmetric key typed by hand might look like this; no such key can be configured here.
  if (!elements.wrapped_key || !elements.key_bits || !elements.key_algorithm)
    return fault("the encrypted content key is missing");
  if (!elements.hash_algorithm || !elements.plaintext_hash) return fault("the plaintext digest is missing");
  if (elements.iv->size() != kBlock) return fault(absl::StrCat("IV of ", elements.iv->size(), " bytes"));
  if (*elements.padding_length < 1 || *elements.padding_length > kBlock) {
    return fault(absl::StrCat("padding length ", *elements.padding_length, " is outside 1..16"));
  }
  if (*elements.key_algorithm != 1) return fault(absl::StrCat("unknown key algorithm ", *elements.key_algorithm));
  if (elements.wrapped_key->size() * 8 != *elements.key_bits) {
    return fault(absl::StrCat("key of ", elements.wrapped_key->size(), " bytes, stated ", *elements.key_bits, " bits"));
  }
  const auto digest = digest_of_code(*elements.hash_algorithm);
  if (!digest.has_value()) return fault(absl::StrCat("unknown hash algorithm ", *elements.hash_algorithm));
  if (elements.plaintext_hash->size() != crypto::digest_size(*digest)) {
    return fault(absl::StrCat("digest of ", elements.plaintext_hash->size(), " bytes"));
  }
  if (body_size == 0 || body_size % kBlock != 0) {
    return fault(absl::StrCat("ciphertext of ", body_size, " bytes is not a multiple of the block size"));
  }
  return FileEncryption{*elements.iv, *elements.padding_length, *elements.wrapped_key, *elements.key_bits,
                        *digest,      *elements.plaintext_hash};
}

absl::Status fitting_version(const FileHeader& header) {
  // Version 1 is a plain body, version 2 an encrypted one (B1, B2).
  if (header.version.major != (header.encrypted ? 2 : 1)) {
    return absl::InvalidArgumentError(absl::StrCat("header: version ", to_string(header.version),
                                                   header.encrypted ? " with" : " without", " an encryption part"));
  }
  return absl::OkStatus();
}

absl::Status fitting_name(std::string_view requested, const FileHeader& header) {
  if (header.file_name != requested) {
    return absl::InvalidArgumentError(absl::StrCat("signed for the name \"", printable(header.file_name),
                                                   "\", but requested as \"", printable(requested), "\""));
  }
  const bool encrypted_name = absl::EndsWith(header.file_name, ".enc.sgn");
  if (encrypted_name != header.encrypted) {
    return absl::InvalidArgumentError(encrypted_name ? "named .enc.sgn, but not encrypted"
                                                     : "encrypted, but not named .enc.sgn");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SignedFile> parse_signed_file(std::string_view requested_name, std::string_view file) {
  if (file.size() > kLargestFile) return absl::ResourceExhaustedError("the file is larger than 4 MiB");
  auto header = parse_header(file);
  if (!header.ok()) return header.status();
  if (absl::Status status = fitting_version(*header); !status.ok()) return status;
  if (absl::Status status = fitting_name(requested_name, *header); !status.ok()) return status;
  SignedFile result{*header, std::string(file.substr(header->length)), std::nullopt};
  if (result.header.encrypted) {
    auto encryption = encryption_of(result.header.encryption, result.body.size());
    if (!encryption.ok()) return encryption.status();
    result.encryption = *std::move(encryption);
  }
  return result;
}

}  // namespace phone::trust
