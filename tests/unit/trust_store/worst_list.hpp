// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The dearest trust lists there can be: as many records as are taken, each with a certificate of its own, in the 2 MiB
// that are taken.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/trust_store/files/roles.hpp"

namespace phone::trust {

struct WorstList {
  std::string signer = "itlrecovery";  // a sample's, and a SAST of the list
  ListKind kind = ListKind::kItl;
  std::uint32_t timestamp = 0;
  std::vector<std::string> certificates;  // DER, one record each
  Role role = Role::kTftp;                // of them
  std::string make() const;
};

// Different certificates, made once.
const std::vector<std::string>& many_certificates();

}  // namespace phone::trust
