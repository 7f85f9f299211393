// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Files and lists signed with the sample keys, by the lab's encoder, which shares no code with what reads them.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/trust_store/state_fixture.hpp"
#include "tools/lab/signed_file.hpp"
#include "tools/lab/trust_list.hpp"

namespace phone::trust {

inline lab::IdentityPtr sample_identity(const std::string& pem_name) {
  return lab::Identity::load(PHONE_SHARED_DIR "/testdata/cisco/pki/" + pem_name + ".pem").value();
}

inline std::string signed_with(const std::string& signer, const std::string& name, const std::string& body,
                               lab::Hash hash = lab::Hash::kSha512, std::uint32_t timestamp = 1795500000) {
  return lab::sign_file({.signer = sample_identity(signer), .hash = hash, .timestamp = timestamp}, name, body).value();
}

struct Listed {
  lab::Role role;
  const char* pem_name;
};

inline std::string list_of(ListKind kind, const std::string& signer, const std::vector<Listed>& records,
                           std::uint32_t timestamp = 0) {
  lab::TrustList list{.filename = std::string(name_of(kind)) + "File.tlv",
                      .timestamp = timestamp,
                      .signer = sample_identity(signer),
                      .records = {}};
  for (const Listed& record : records) list.records.push_back({record.role, sample_identity(record.pem_name)});
  return lab::encode(list).value();
}

}  // namespace phone::trust
