// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/tls_refusal.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace phone::mesh {
namespace {

TlsRefusal cause_of(int reason) {
  // Numbers from here on are alerts that the peer sent.
  if (reason > SSL_AD_REASON_OFFSET) return TlsRefusal::kDisbelieved;
  switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return TlsRefusal::kNoCertificate;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_CA_KEY_TOO_SMALL:
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_CA_MD_TOO_WEAK:
      return TlsRefusal::kUntrusted;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return TlsRefusal::kNotTls;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return TlsRefusal::kBrokenOff;
    default:
      return TlsRefusal::kUnfit;
  }
}

}  // namespace

TlsFailure tls_failure(const SSL* ssl, int ssl_error) {
  // TLS's own error: a signature that does not verify has left others in the queue.
  unsigned long error = ERR_get_error();
  while (error != 0 && ERR_GET_LIB(error) != ERR_LIB_SSL) error = ERR_get_error();
  ERR_clear_error();
  if (const long verdict = SSL_get_verify_result(ssl); verdict != X509_V_OK) {
    return {TlsRefusal::kUntrusted, X509_verify_cert_error_string(verdict)};
  }
  if (error == 0 || ssl_error == SSL_ERROR_SYSCALL) return {TlsRefusal::kBrokenOff, "the client closed the connection"};
  const char* text = ERR_reason_error_string(error);
  return {cause_of(ERR_GET_REASON(error)), text == nullptr ? "no detail" : text};
}

metrics::Counter& counter_of(TlsRefusal cause) {
  switch (cause) {
    case TlsRefusal::kNoCertificate:
      return metrics::refusals("tls_no_certificate", "TLS clients of the diagnostics port without a certificate");
    case TlsRefusal::kUntrusted:
      return metrics::refusals("tls_untrusted", "TLS clients of the diagnostics port with an untrusted certificate");
    case TlsRefusal::kNotTls:
      return metrics::refusals("tls_plaintext", "TCP connections to the diagnostics port that did not speak TLS");
    case TlsRefusal::kUnfit:
      return metrics::refusals("tls_unfit",
                               "TLS clients of the diagnostics port without a common version or cipher suite");
    case TlsRefusal::kDisbelieved:
      return metrics::refusals("tls_disbelieved", "TLS clients that refused the certificate of the diagnostics port");
    case TlsRefusal::kBrokenOff:
      return metrics::refusals("tls_broken_off",
                               "TCP connections to the diagnostics port that ended within the handshake");
    case TlsRefusal::kStalled:
      break;
  }
  return metrics::refusals("tls_stalled", "TLS handshakes on the diagnostics port that timed out");
}

}  // namespace phone::mesh
