// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

namespace phone::signaling {

// A connection that stands.
struct FlowFacts {
  std::string local_address;
  std::string tls_version, cipher_suite, client_certificate, server_certificate, vouched_by;
  std::string client_key = {};  // fingerprint of the key of the certificate that was shown; empty without TLS
};

// The server did not take the certificate that this phone showed.
struct CertificateRefusal {
  std::string key;  // fingerprint of the key of that certificate
  std::string reason;
};

// Why there is no connection (any more).
enum class FlowEnd : uint8_t {
  kLost,     // The server is not there, or the connection has ended.
  kRefused,  // This phone refused the server's certificate.
  kFips,     // A key is too short for FIPS mode (F36).
};

}  // namespace phone::signaling
