// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/certificate_rules.hpp"

#include "absl/strings/match.h"
#include "common/crypto/x509.hpp"

namespace phone::signaling {

bool too_short_for_fips(const std::string& der) {
  constexpr int kShortestFipsKey = 2048;
  auto certificate = crypto::Certificate::parse(der);
  return certificate.ok() && certificate->public_key().is_rsa() && certificate->public_key().bits() < kShortestFipsKey;
}

std::string key_text(const std::string& der) {
  auto certificate = crypto::Certificate::parse(der);
  return certificate.ok() ? certificate->public_key().describe() : "unreadable key";
}

bool refuses_certificate(const absl::Status& end, bool handshake_done, bool answered) {
  if (answered || !absl::IsUnavailable(end)) return false;
  const absl::string_view why = end.message();
  if (absl::StrContains(why, "alert")) return true;
  return handshake_done && absl::StrContains(why, "closed the connection");
}

}  // namespace phone::signaling
