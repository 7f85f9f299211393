// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tls/own_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/pointers.hpp"
#include "common/tls/profile.hpp"

namespace phone::tls {
namespace {

constexpr absl::Duration kClocksDiffer = absl::Minutes(5);

std::string minute(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone()); }

// For people, in place of OpenSSL's text.
std::string in_words(const crypto::Certificate& certificate, const std::string& error) {
  if (absl::StrContains(error, "key too small")) {
    return absl::StrCat("its key (", certificate.public_key().describe(), ") is too short for TLS");
  }
  if (absl::StrContains(error, "md too weak")) {
    return absl::StrCat("it is signed with ", certificate.signature_algorithm(), ", which TLS does not accept");
  }
  return absl::StrCat("TLS does not accept it: ", error);
}

std::string why_not_of_use(const crypto::Certificate& leaf) {
  X509* x509 = leaf.get();
  const std::uint32_t flags = X509_get_extension_flags(x509);
  if ((flags & EXFLAG_INVALID) != 0) return "it has a damaged extension";
  if (X509_check_ca(x509) != 0) return "it is a CA certificate";
  if ((flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(x509) & KU_DIGITAL_SIGNATURE) == 0) {
    return "its key usage does not allow signatures";
  }
  if (X509_check_purpose(x509, X509_PURPOSE_SSL_CLIENT, 0) != 1)
    return "its extended key usage does not allow a TLS client";
  return {};
}

}  // namespace

std::string why_not_shown(const std::vector<crypto::Certificate>& chain, const Policy& policy, absl::Time at) {
  if (chain.empty()) return "there is no certificate";
  const crypto::Certificate& leaf = chain.front();
  if (leaf.not_after() <= leaf.not_before()) return "it is never valid";
  if (leaf.not_after() <= at) return absl::StrCat("it expired on ", minute(leaf.not_after()));
  if (leaf.not_before() > at + kClocksDiffer) return absl::StrCat("it is not valid before ", minute(leaf.not_before()));
  if (auto why = why_not_of_use(leaf); !why.empty()) return why;
  const auto profile = Profile::of(Function::kSip, policy);
  if (!profile.ok()) return std::string(profile.status().message());
  const auto context = make_context(*profile);
  if (!context.ok()) return std::string(context.status().message());
  ERR_clear_error();
  if (SSL_CTX_use_certificate(context->get(), leaf.get()) != 1) return in_words(leaf, crypto::openssl_errors());
  for (std::size_t i = 1; i < chain.size(); ++i) {
    ERR_clear_error();
    if (SSL_CTX_add1_chain_cert(context->get(), chain[i].get()) != 1) {
      return absl::StrCat("its issuer ", chain[i].subject(), ": ", in_words(chain[i], crypto::openssl_errors()));
    }
  }
  return {};
}

}  // namespace phone::tls
