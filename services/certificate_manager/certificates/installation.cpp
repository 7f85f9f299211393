// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificates/installation.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/tls/own_certificate.hpp"

namespace phone::certificates {

absl::StatusOr<Kind> choose(const Certificates& held, Purpose purpose, Caller caller, Use use, std::optional<Kind> kind,
                            std::string_view fingerprint, const PurposeRules& rules, const KeyLimits& limits) {
  const auto kinds = serving(purpose, caller, use, rules);
  if (!kinds) return absl::PermissionDeniedError(absl::StrCat(name_of(purpose), " is not allowed for this caller"));
  if (kind && std::find(kinds->begin(), kinds->end(), *kind) == kinds->end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the ", name_of(*kind), " cannot be used for ", name_of(purpose)));
  }
  for (const Kind candidate : *kinds) {
    const auto found = held.find(candidate);
    if (found == held.end() || (kind && *kind != candidate)) continue;
    if (!fingerprint.empty() && found->second.key != fingerprint) {
      if (kind) return absl::AbortedError(absl::StrCat("the key of the ", name_of(candidate), " has been replaced"));
      continue;
    }
    const crypto::PublicKey& key = found->second.leaf().public_key();
    if (auto status = may_use(key, limits); !status.ok()) {
      return absl::FailedPreconditionError(absl::StrCat(status.message(), " (", name_of(candidate), ", ",
                                                        key.describe(), "; ", kFipsRsaBits, " needed)"));
    }
    return candidate;
  }
  if (!fingerprint.empty()) return absl::AbortedError("the key has been replaced");
  return absl::FailedPreconditionError(absl::StrCat("no certificate is installed for ", name_of(purpose)));
}

absl::StatusOr<std::vector<Kind>> unwrap_candidates(const Certificates& held, Purpose purpose, Caller caller,
                                                    size_t wrapped_size, std::string_view fingerprint) {
  const auto kinds = serving(purpose, caller, Use::kUnwrap, {});
  if (!kinds) return absl::PermissionDeniedError(absl::StrCat(name_of(purpose), " is not allowed for this caller"));
  std::vector<Kind> candidates;
  for (const Kind kind : *kinds) {
    const auto found = held.find(kind);
    if (found == held.end() || (!fingerprint.empty() && found->second.key != fingerprint)) continue;
    const auto& key = found->second.leaf().public_key();
    if (key.is_rsa() && static_cast<size_t>((key.bits() + 7) / 8) == wrapped_size) candidates.push_back(kind);
  }
  return candidates;
}

absl::StatusOr<Chain> chain_of(const std::string& certificate, const std::vector<std::string>& issuers) {
  Chain chain;
  std::vector<std::string> all = issuers;
  all.insert(all.begin(), certificate);
  for (const std::string& der : all) {
    auto parsed = crypto::Certificate::parse(der);
    if (!parsed.ok()) return parsed.status();
    chain.push_back(*std::move(parsed));
  }
  return chain;
}

std::string why_not_take(const Offer& offer) {
  const crypto::Certificate& offered = offer.chain.front();
  const crypto::Certificate* held = offer.held;
  if (offer.kind == Kind::kMic) return "the MIC cannot be replaced";
  if (held != nullptr &&
      (offered == *held || (offered.issuer_der() == held->issuer_der() && offered.serial() == held->serial()))) {
    return "the server returned the old certificate";
  }
  if (!offer.fresh_key) return "no new key was generated for this certificate";
  if (crypto::spki_fingerprint(offered.public_key()) != *offer.fresh_key)
    return "the certificate is not for the newly generated key";
  if (offer.kind == Kind::kLsc && offered.common_name() != offer.device) {
    return absl::StrCat("the certificate is for \"", offered.common_name(), "\", not for ", std::string(offer.device));
  }
  const std::string why = tls::why_not_shown(offer.chain, offer.tls, offer.now);
  return why.empty() ? why : absl::StrCat("the certificate cannot be used: ", why);
}

std::optional<Kind> brings(Operation operation) {
  switch (operation) {
    case Operation::kCapfSession:
      return Kind::kLsc;
    case Operation::kScepEnrol:
    case Operation::kScepRenew:
      return Kind::kUser;
    case Operation::kNone:
      break;
  }
  return std::nullopt;
}

}  // namespace phone::certificates
