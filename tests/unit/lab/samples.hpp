// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The samples the independent tools made, and a picker for fields of their headers.
#pragma once

#include <string>

#include "tools/lab/identity.hpp"

namespace phone::lab {

bool have_samples();
std::string sample(const std::string& name);           // below testdata/cisco
IdentityPtr sample_identity(const std::string& name);  // below testdata/cisco/pki, without .pem

}  // namespace phone::lab
