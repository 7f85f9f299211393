// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/peers/srst_certificates.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace phone::trust {

SrstCertificates read_srst(const std::vector<std::string>& configured, KeyPolicy policy) {
  SrstCertificates read;
  std::size_t number = 0;
  for (const std::string& der : configured) {
    const std::string which = absl::StrCat("SRST certificate ", ++number, " of the configuration");
    auto certificate = crypto::Certificate::parse(der);
    if (!certificate.ok()) {
      read.set_aside.push_back(absl::StrCat(which, ": ", std::string(certificate.status().message())));
      continue;
    }
    if (absl::Status status = strong_enough(certificate->public_key(), policy); !status.ok()) {
      read.set_aside.push_back(absl::StrCat(which, ", ", describe(*certificate), ": ", std::string(status.message())));
      continue;
    }
    read.usable.push_back(*std::move(certificate));
  }
  return read;
}

Verdict judge_srst(const absl::StatusOr<crypto::Certificate>& leaf, const SrstCertificates& certificates,
                   KeyPolicy policy) {
  Verdict verdict;
  if (!leaf.ok()) {
    verdict.reason = std::string(leaf.status().message());
    return verdict;
  }
  verdict.signer = printable(leaf->subject());
  const std::string who = absl::StrCat("certificate ", describe(*leaf));
  if (absl::Status status = strong_enough(leaf->public_key(), policy); !status.ok()) {
    verdict.reason = absl::StrCat(who, ": ", std::string(status.message()));
    return verdict;
  }
  const auto& usable = certificates.usable;
  if (std::any_of(usable.begin(), usable.end(), [&](const crypto::Certificate& one) { return one == *leaf; })) {
    verdict.trusted = true;
    verdict.by = "configuration";
    verdict.reason = absl::StrCat(who, " is an SRST certificate of the configuration");
    return verdict;
  }
  verdict.reason = usable.empty() ? absl::StrCat(who, ", needed as SRST: the configuration has no SRST certificate")
                                  : absl::StrCat(who, " is not the SRST certificate of the configuration (",
                                                 describe(usable.front()), ")");
  if (!certificates.set_aside.empty()) absl::StrAppend(&verdict.reason, "; ", certificates.set_aside.front());
  return verdict;
}

}  // namespace phone::trust
