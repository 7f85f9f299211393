// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/tls_context.hpp"

#include <absl/strings/str_cat.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <vector>

#include "common/crypto/path_dates.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::mesh {
namespace {

constexpr unsigned char kH2[] = {2, 'h', '2'};
constexpr unsigned char kHttp1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

using crypto::BioPtr;
using crypto::X509Ptr;

absl::Status wrong(const char* what) {
  const unsigned long error = ERR_peek_last_error();
  const char* text = error == 0 ? nullptr : ERR_reason_error_string(error);
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", text == nullptr ? "it has no usable content" : text));
}

BioPtr reader(const std::string& pem) { return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

std::vector<X509Ptr> certificates(const std::string& pem) {
  const BioPtr in = reader(pem);
  std::vector<X509Ptr> all;
  while (X509Ptr one{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) all.push_back(std::move(one));
  ERR_clear_error();  // the end of the text looks like an error
  return all;
}

int choose_h2(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered, unsigned int length,
              void*) {
  unsigned char* chosen = nullptr;
  // A client of HTTP/1.1 alone is let in to be told that it is wrong here (first_request.hpp).
  if (SSL_select_next_proto(&chosen, size, kH2, sizeof kH2, offered, length) != OPENSSL_NPN_NEGOTIATED &&
      SSL_select_next_proto(&chosen, size, kHttp1, sizeof kHttp1, offered, length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// Clients look at nothing else (RFC 9110 section 4.3.4, RFC 9525): a common name does not count.
bool has_name(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const int type = sk_GENERAL_NAME_value(names.get(), i)->type;
    if (type == GEN_DNS || type == GEN_IPADD) return true;
  }
  return false;
}

absl::Status use_identity(SSL_CTX* context, const TlsIdentity& identity) {
  const auto chain = certificates(identity.certificate_chain);
  if (chain.empty() || SSL_CTX_use_certificate(context, chain.front().get()) != 1) return wrong("certificate");
  for (size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return wrong("certificate");
  }
  if (!has_name(chain.front().get())) {
    return absl::InvalidArgumentError(
        "certificate: it has no subjectAltName with a DNS name or an address, by which clients know this phone");
  }
  const BioPtr in = reader(identity.private_key);
  const crypto::EvpPkeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) return wrong("key");
  const auto authorities = certificates(identity.client_authorities);
  if (authorities.empty()) return wrong("authorities");
  for (const auto& each : authorities) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get()) != 1 ||
        SSL_CTX_add_client_CA(context, each.get()) != 1) {
      return wrong("authorities");
    }
  }
  return absl::OkStatus();
}

}  // namespace

int error_of_dates(const SSL* ssl, const clock::Present& present) {
  const STACK_OF(X509)* path = SSL_get0_verified_chain(ssl);
  return crypto::error_of_dates(path, clock::judging_time(present, crypto::begins_of(path)));
}

absl::StatusOr<std::shared_ptr<SSL_CTX>> tls_door_context(const TlsIdentity& identity, const tls::Profile& profile,
                                                          const PresentTime* present) {
  if (!profile.server()) return absl::InvalidArgumentError("the diagnostics port needs a server profile");
  auto made = tls::make_context(profile);
  if (!made.ok()) return made.status();
  std::shared_ptr<SSL_CTX> context(*std::move(made));
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  tls::judge_by(context.get(), present);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_h2, nullptr);
  if (absl::Status status = use_identity(context.get(), identity); !status.ok()) return status;
  return context;
}

}  // namespace phone::mesh
