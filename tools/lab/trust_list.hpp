// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Writes CTL and ITL files (cisco-formats.md A1), element order as the open certutils have it.
#pragma once

#include <string>
#include <vector>

#include "tools/lab/identity.hpp"

namespace phone::lab {

enum class Role : uint16_t {
  kSast = 0,
  kCcm = 1,
  kCcmTftp = 2,
  kTftp = 3,
  kCapf = 4,
  kAppServer = 7,
  kTvs = 21,
};

struct Record {
  Role role;
  IdentityPtr certificate;
};

struct TrustList {
  std::string filename;       // FILENAME element: "CTLFile.tlv" or "ITLFile.tlv"
  unsigned signer_minor = 1;  // SIGNER_VERSION 1.1 switches EC on in the phone, 1.0 is RSA only
  Hash hash = Hash::kSha512;
  uint32_t timestamp = 0;
  IdentityPtr signer;
  std::vector<Record> records;
};

// The whole signed file; fails when the signer's RSA size has no MODULUS code.
absl::StatusOr<std::string> encode(const TrustList& list);

// The header shared by lists and signed files, ending in padding, with the signature over header and body.
struct SignedHeader {
  std::string version;        // two bytes
  std::string after_version;  // SIGNER_VERSION element, or nothing
  std::string filename;
  uint32_t timestamp = 0;
  std::string after_timestamp;  // ENC_INFO and its digest, or nothing
  Hash hash = Hash::kSha512;
};
absl::StatusOr<std::string> signed_bytes(const SignedHeader& header, const Identity& signer, std::string_view body);

}  // namespace phone::lab
