// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Where this phone answers otherwise than NIST PKITS or OpenSSL's verify table expects, and why: the only place.
#pragma once

#include <map>
#include <string>

namespace phone::crypto::suites {

// Name of the case -> the reason.
const std::map<std::string, std::string>& pkits_differences();
const std::map<std::string, std::string>& openssl_differences();

}  // namespace phone::crypto::suites
