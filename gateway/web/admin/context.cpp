// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/admin/context.hpp"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string_view>
#include <utility>

#include "common/crypto/errors.hpp"
#include "common/crypto/pointers.hpp"
#include "common/crypto/x509.hpp"
#include "common/tls/profile.hpp"

namespace phone::gateway::web {
namespace {

constexpr unsigned char kHttp1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::size_t kMostNames = 16, kLongestName = 253;

int choose_http1(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                 unsigned int length, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, size, kHttp1, sizeof kHttp1, offered, length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::vector<std::string> names_of(const crypto::Certificate& leaf) {
  std::vector<std::string> names;
  if (const std::string name = leaf.common_name(); !name.empty()) names.push_back(name);
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf.get(), NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()) && names.size() < kMostNames; ++i) {
    const GENERAL_NAME* one = sk_GENERAL_NAME_value(all.get(), i);
    if (one->type != GEN_DNS) continue;
    const auto* text = ASN1_STRING_get0_data(one->d.dNSName);
    names.emplace_back(reinterpret_cast<const char*>(text),
                       static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName)));
  }
  std::erase_if(names, [](const std::string& name) { return name.empty() || name.size() > kLongestName; });
  return names;
}

absl::Status show(SSL_CTX* context, const std::vector<crypto::Certificate>& chain, const crypto::Signer& sign) {
  auto key = crypto::remote_private_key(chain.front().public_key(), sign);
  if (!key.ok()) return key.status();
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1 || SSL_CTX_use_PrivateKey(context, key->get()) != 1) {
    return absl::FailedPreconditionError(absl::StrCat("the certificate: ", crypto::openssl_errors()));
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return absl::FailedPreconditionError(absl::StrCat("the certificate: ", crypto::openssl_errors()));
  }
  return absl::OkStatus();
}

absl::Status know(SSL_CTX* context, const ContextOptions& options) {
  if (options.client_authorities.empty()) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    return absl::OkStatus();
  }
  const auto authorities = crypto::certificates_from_pem(options.client_authorities);
  if (!authorities.ok() || authorities->empty())
    return absl::FailedPreconditionError("clients-ca.crt: it has no usable certificate");
  for (const auto& each : *authorities) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get()) != 1 ||
        SSL_CTX_add_client_CA(context, each.get()) != 1) {
      return absl::FailedPreconditionError(absl::StrCat("clients-ca.crt: ", crypto::openssl_errors()));
    }
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  tls::judge_by(context, options.present);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DoorContext> make_door_context(const tls::Policy& policy, const ContextOptions& options) {
  const auto profile = tls::Profile::of(tls::Function::kWeb, policy);
  if (!profile.ok()) return profile.status();
  std::vector<crypto::Certificate> chain;
  for (const std::string& der : options.chain_der) {
    auto one = crypto::Certificate::parse(der);
    if (!one.ok()) return one.status();
    chain.push_back(*std::move(one));
  }
  if (chain.empty()) return absl::FailedPreconditionError("the phone has no certificate");
  auto made = tls::make_context(*profile);
  if (!made.ok()) return made.status();
  std::shared_ptr<SSL_CTX> context(*std::move(made));
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http1, nullptr);
  if (absl::Status status = show(context.get(), chain, options.sign); !status.ok()) return status;
  if (absl::Status status = know(context.get(), options); !status.ok()) return status;
  return DoorContext{std::move(context), names_of(chain.front())};
}

}  // namespace phone::gateway::web
