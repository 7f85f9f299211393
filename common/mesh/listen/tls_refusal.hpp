// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// tls_refusal.hpp -- why a client did not get through the TLS handshake of an acceptor, as counters and as text.
#pragma once

#include <openssl/types.h>

#include <string>

#include "common/metrics/metrics.hpp"

namespace phone::mesh {

enum class TlsRefusal {
  kNoCertificate,  // the client showed none
  kUntrusted,      // not issued by one of the authorities, not valid now, or not for this use
  kNotTls,         // it spoke another protocol
  kUnfit,          // no TLS version, suite or application protocol in common
  kDisbelieved,    // the client refused our certificate
  kBrokenOff,      // it went away in the middle
  kStalled,        // it did not finish in time
};

// Of a handshake that has just failed on this thread: `ssl_error` is SSL_get_error's result; empties OpenSSL's queue.
struct TlsFailure {
  TlsRefusal cause;
  std::string text;
};
TlsFailure tls_failure(const SSL* ssl, int ssl_error);

metrics::Counter& counter_of(TlsRefusal cause);

}  // namespace phone::mesh
