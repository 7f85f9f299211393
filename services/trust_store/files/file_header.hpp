// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The header that trust lists and signed files have in common (cisco-formats.md A1, B1, B2): bytes to value, nothing
// trusted yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/digest.hpp"

namespace phone::trust {

// Tags of the header, in the format's own words.
enum class HeaderTag : std::uint8_t {
  kVersion = 1,
  kHeaderLength = 2,
  kSignerInfo = 3,
  kSignerName = 4,
  kSignerSerial = 5,
  kSignerIssuer = 6,
  kSignatureInfo = 7,
  kHashAlgorithm = 8,
  kSignatureAlgorithmInfo = 9,
  kSignatureAlgorithm = 10,
  kModulus = 11,
  kSignature = 12,
  kPadding = 13,
  kFileName = 14,
  kTimestamp = 15,
  kEncryptionInfo = 16,
  kIvInfo = 17,
  kIvReserved = 18,
  kIv = 19,
  kPaddingLength = 20,
  kKeyInfo = 21,
  kKeyReserved = 22,
  kKeySize = 23,
  kKeyAlgorithm = 24,
  kKey = 25,
  kPlaintextHashAlgorithm = 26,
  kPlaintextHash = 27,
  kSignerVersion = 28,
};

struct Version {
  std::uint8_t major = 0;
  std::uint8_t minor = 0;
  bool operator==(const Version&) const = default;
};
std::string to_string(Version version);

// Every element of the encryption part that was there, unjudged.
struct EncryptionElements {
  std::optional<std::string> iv, wrapped_key, plaintext_hash;
  std::optional<std::uint16_t> padding_length, key_bits;
  std::optional<std::uint8_t> key_algorithm, hash_algorithm;
};

struct FileHeader {
  Version version;
  std::optional<Version> signer_version;
  std::size_t length = 0;  // the body begins here
  std::string signer_name, signer_issuer;
  std::string signer_serial;  // big-endian, minimal
  crypto::Digest digest = crypto::Digest::kSha1;
  int modulus_bits = 0;
  std::string signature;
  std::size_t signature_offset = 0, signature_size = 0;  // the whole element
  std::string file_name;
  std::optional<std::uint32_t> timestamp;  // Unix seconds
  bool encrypted = false;                  // an encryption part is there
  EncryptionElements encryption;
};

// INVALID_ARGUMENT with the cause for everything A2 calls a structural fault. Total; reads nothing outside `file`.
absl::StatusOr<FileHeader> parse_header(std::string_view file);

// The bytes the signature covers: the file without its signature element.
std::string signed_bytes(std::string_view file, const FileHeader& header);

// Codes of HASH_ALG: 1 SHA-1, 3 SHA-512; 2 (SHA-256) is defined by the format but has not been seen.
std::optional<crypto::Digest> digest_of_code(std::uint8_t code);

// Without leading zero bytes, as the lists write serial numbers.
std::string minimal_serial(std::string_view serial);

}  // namespace phone::trust
