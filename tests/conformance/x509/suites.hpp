// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Certification paths none of us made: NIST PKITS and the table of OpenSSL's own verify test, from
// ../shared/testdata/x509, unpacked into a directory of the test.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/crypto/path.hpp"

namespace phone::crypto::suites {

struct Case {
  std::string name;  // unique in its suite
  bool accepted = false;
  PathPurpose purpose = PathPurpose::kServer;
  absl::Time at;
  int deepest = kDeepestPath;
  std::vector<std::string> trusted, untrusted;  // PEM
  std::string leaf;                             // PEM
  std::vector<std::string> crls;                // DER
};

bool present();
std::vector<Case> pkits();
std::vector<Case> openssl_table();

// What our rules say, with the reason.
PathVerdict judge(const Case& one);

}  // namespace phone::crypto::suites
