// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/path.hpp"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/path_name.hpp"
#include "common/crypto/path_reason.hpp"
#include "common/crypto/path_rules.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::crypto {
namespace {

constexpr int kSecurityLevel = 2;

using StorePtr = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

struct StackFreer {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }  // the certificates stay their owners'
};
using BorrowedStack = std::unique_ptr<STACK_OF(X509), StackFreer>;

PathVerdict refused(std::string reason) { return {false, std::move(reason), {}}; }

// An anchor is believed because it is configured: it needs neither a CRL nor a key usage.
// Roots that OpenSSL's own command makes have none.
int forgive_anchor(int ok, X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  if (ok == 1 || (error != X509_V_ERR_UNABLE_TO_GET_CRL && error != X509_V_ERR_CA_CERT_MISSING_KEY_USAGE)) return ok;
  const int last = sk_X509_num(X509_STORE_CTX_get0_chain(context)) - 1;
  if (X509_STORE_CTX_get_error_depth(context) != last || last == 0) return 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

int openssl_purpose(PathPurpose purpose) {
  switch (purpose) {
    case PathPurpose::kServer:
      return X509_PURPOSE_SSL_SERVER;
    case PathPurpose::kClient:
      return X509_PURPOSE_SSL_CLIENT;
    case PathPurpose::kAuthority:
      break;
  }
  return X509_PURPOSE_ANY;
}

absl::Status configure(X509_STORE_CTX* context, const TrustAnchors& anchors, const PathRules& rules) {
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_auth_level(param, kSecurityLevel);
  X509_VERIFY_PARAM_set_depth(param, std::clamp(rules.deepest, 0, kDeepestPath));
  X509_VERIFY_PARAM_set_time(param, absl::ToTimeT(rules.at));
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  unsigned long flags = X509_V_FLAG_X509_STRICT;
  X509_STORE_CTX_set_verify_cb(context, forgive_anchor);
  if (anchors.has_crls()) {
    flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_EXTENDED_CRL_SUPPORT;
  }
  if (rules.purpose == PathPurpose::kAuthority) flags |= X509_V_FLAG_PARTIAL_CHAIN;
  if (X509_VERIFY_PARAM_set_flags(param, flags) != 1 ||
      X509_STORE_CTX_set_purpose(context, openssl_purpose(rules.purpose)) != 1) {
    return absl::InternalError(openssl_errors());
  }
  return rules.name.empty() ? absl::OkStatus() : expect_name(param, rules.name);
}

}  // namespace

PathVerdict validate_path(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                          const TrustAnchors& anchors, const PathRules& rules) {
  if (intermediates.size() > kMostIntermediates) {
    return refused(
        absl::StrCat(intermediates.size(), " intermediates, at most ", kMostIntermediates, " are considered"));
  }
  if (anchors.empty()) {
    return refused(
        absl::StrCat("certificate ", title(leaf.get()), " cannot be verified: no trust anchor is configured"));
  }
  if (rules.purpose != PathPurpose::kAuthority) {
    if (std::string fault = may_issue(leaf); !fault.empty()) {
      return refused(absl::StrCat("certificate ", title(leaf.get()), fault));
    }
  }
  const BorrowedStack untrusted(sk_X509_new_null());
  const StorePtr context(X509_STORE_CTX_new());
  if (!untrusted || !context) return refused("out of memory");
  for (const Certificate& each : intermediates) sk_X509_push(untrusted.get(), each.get());
  if (X509_STORE_CTX_init(context.get(), anchors.get(), leaf.get(), untrusted.get()) != 1) {
    return refused(openssl_errors());
  }
  if (absl::Status status = configure(context.get(), anchors, rules); !status.ok()) {
    return refused(std::string(status.message()));
  }
  if (X509_verify_cert(context.get()) != 1) {
    openssl_errors();
    return refused(path_reason(context.get(), leaf, rules));
  }
  STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
  if (std::string fault = too_lax(chain, rules); !fault.empty()) return refused(std::move(fault));
  PathVerdict verdict{true, {}, title(sk_X509_value(chain, sk_X509_num(chain) - 1))};
  verdict.reason = absl::StrCat("certificate ", title(leaf.get()), " chains to the trust anchor ", verdict.anchor);
  return verdict;
}

PathVerdict validate_path(const std::vector<std::string>& chain_der, const TrustAnchors& anchors,
                          const PathRules& rules) {
  if (chain_der.empty()) return refused("the peer sent no certificate");
  std::vector<Certificate> chain;
  for (const std::string& der : chain_der) {
    auto certificate = Certificate::parse(der);
    if (!certificate.ok()) {
      return refused(absl::StrCat("certificate ", chain.size() + 1,
                                  " of the chain: ", std::string(certificate.status().message())));
    }
    chain.push_back(*std::move(certificate));
  }
  const Certificate leaf = chain.front();
  chain.erase(chain.begin());
  return validate_path(leaf, chain, anchors, rules);
}

}  // namespace phone::crypto
