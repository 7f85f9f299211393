// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

namespace phone::signaling {

// What a connection is, once it stands.
struct FlowFacts {
  std::string local_address;
  std::string tls_version, cipher_suite, client_certificate, server_certificate, vouched_by;
  std::string client_key = {};  // fingerprint of the key of the certificate that was shown; empty without TLS
};

// Why there is no connection (any more).
enum class FlowEnd : uint8_t {
  kLost,
  kRefused,  // this phone refused the server's certificate
  kFips,     // a key is too short for FIPS mode (F36)
};

}  // namespace phone::signaling
