// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/dot1x/own_certificate.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/x509.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::network {
namespace {

const char* name_of(EapCertificate kind) {
  if (kind == EapCertificate::kUser) return "user certificate";
  return kind == EapCertificate::kLsc ? "LSC" : "MIC";
}

std::string date(absl::Time time) { return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone()); }

}  // namespace

std::vector<EapCertificate> wired_kinds() { return {EapCertificate::kLsc, EapCertificate::kMic}; }

std::vector<EapCertificate> wlan_kinds(bool lsc_allowed) {
  if (lsc_allowed) return {EapCertificate::kUser, EapCertificate::kLsc, EapCertificate::kMic};
  return {EapCertificate::kUser, EapCertificate::kMic};
}

std::variant<OwnCertificate, NoCertificate> choose_own(EapCertificate wanted,
                                                       const std::vector<EapCertificate>& allowed,
                                                       const std::vector<OwnCertificate>& installed, absl::Time now) {
  if (wanted != EapCertificate::kBest && std::find(allowed.begin(), allowed.end(), wanted) == allowed.end()) {
    return NoCertificate{AccessCause::kNoCertificate,
                         absl::StrCat("the configuration does not allow the ", name_of(wanted), " here")};
  }
  NoCertificate why{AccessCause::kNoCertificate,
                    wanted == EapCertificate::kBest ? "" : absl::StrCat("no ", name_of(wanted), " is installed")};
  for (const EapCertificate kind : allowed) {
    if (wanted != EapCertificate::kBest && wanted != kind) continue;
    for (const OwnCertificate& one : installed) {
      if (one.kind != kind) continue;
      if (now >= one.not_before && now < one.not_after) return one;
      // The reason of the best kind is kept.
      if (why.cause != AccessCause::kNoCertificate) continue;
      why = now < one.not_before
                ? NoCertificate{AccessCause::kOwnNotYetValid,
                                absl::StrCat("the ", name_of(kind), " is valid from ", date(one.not_before))}
                : NoCertificate{AccessCause::kOwnExpired,
                                absl::StrCat("the ", name_of(kind), " ended on ", date(one.not_after))};
    }
  }
  return why;
}

std::string text_of(const OwnCertificate& own) {
  const auto leaf = crypto::Certificate::parse(own.chain.empty() ? std::string_view() : own.chain.front());
  if (!leaf.ok()) return name_of(own.kind);
  return text::printable(absl::StrCat(name_of(own.kind), ", issued by ", leaf->issuer()));
}

std::string key_uri(const char* place, EapCertificate kind) {
  const char* name = kind == EapCertificate::kUser ? "user" : kind == EapCertificate::kLsc ? "lsc" : "mic";
  return absl::StrCat("pkcs11:token=phone;object=", place, "-", name, ";type=private");
}

}  // namespace phone::network
