// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/keys/purpose.hpp"

#include <algorithm>
#include <initializer_list>

namespace phone::certificates {
namespace {

enum class Operations : std::uint8_t { kSigns, kUnwraps, kBoth };

struct Line {
  Purpose purpose;
  Operations operations;      // of the private key
  std::vector<Caller> signs;  // may have them made
  std::vector<Caller> looks;  // may see the certificate besides
  std::vector<Kind> kinds;    // best first (cisco-formats.md I: LSC when installed, else MIC)
};

const std::vector<Line>& table() {
  static const std::vector<Line> kTable = {
      {Purpose::kSipTls, Operations::kSigns, {Caller::kSignaling}, {Caller::kGateway}, {Kind::kLsc, Kind::kMic}},
      {Purpose::kTvsTls, Operations::kSigns, {Caller::kTrustStore}, {Caller::kGateway}, {Kind::kLsc, Kind::kMic}},
      {Purpose::kHttpsTls, Operations::kSigns, {Caller::kPolicy}, {Caller::kGateway}, {Kind::kLsc, Kind::kMic}},
      {Purpose::kCapfProof, Operations::kSigns, {Caller::kEnrolment}, {Caller::kGateway}, {Kind::kLsc, Kind::kMic}},
      {Purpose::kFileUnwrap, Operations::kUnwraps, {Caller::kPolicy}, {Caller::kGateway}, {Kind::kLsc, Kind::kMic}},
      {Purpose::kEapTlsWired,
       Operations::kSigns,
       {Caller::kSupplicant},
       {Caller::kNetworkAccess, Caller::kGateway},
       {Kind::kLsc, Kind::kMic}},
      {Purpose::kEapTlsWlan,
       Operations::kSigns,
       {Caller::kSupplicant},
       {Caller::kNetworkAccess, Caller::kGateway},
       {Kind::kUser, Kind::kLsc, Kind::kMic}},
      // The one purpose that does both: SCEP envelopes its answer for the key that signed the question (RFC 8894).
      {Purpose::kScep,
       Operations::kBoth,
       {Caller::kEnrolment},
       {Caller::kNetworkAccess, Caller::kGateway},
       {Kind::kUser}},
      {Purpose::kWebTls, Operations::kSigns, {Caller::kDiagnostics}, {Caller::kGateway}, {Kind::kLsc, Kind::kMic}},
  };
  return kTable;
}

bool contains(const std::vector<Caller>& callers, Caller caller) {
  return std::find(callers.begin(), callers.end(), caller) != callers.end();
}

}  // namespace

std::optional<std::vector<Kind>> serving(Purpose purpose, Caller caller, Use use, const PurposeRules& rules) {
  for (const Line& line : table()) {
    if (line.purpose != purpose) continue;
    if (use == Use::kUnwrap && line.operations == Operations::kSigns) return std::nullopt;
    if (use == Use::kSign && line.operations == Operations::kUnwraps) return std::nullopt;
    if (!contains(line.signs, caller) && !(use == Use::kLook && contains(line.looks, caller))) return std::nullopt;
    std::vector<Kind> kinds = line.kinds;
    if (purpose == Purpose::kEapTlsWlan && !rules.lsc_for_wlan) std::erase(kinds, Kind::kLsc);
    return kinds;
  }
  return std::nullopt;
}

const char* name_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::kSipTls:
      return "SIP TLS";
    case Purpose::kTvsTls:
      return "TVS TLS";
    case Purpose::kHttpsTls:
      return "HTTPS TLS";
    case Purpose::kCapfProof:
      return "CAPF proof";
    case Purpose::kFileUnwrap:
      return "file unwrapping";
    case Purpose::kEapTlsWired:
      return "wired EAP-TLS";
    case Purpose::kEapTlsWlan:
      return "WLAN EAP-TLS";
    case Purpose::kScep:
      return "SCEP";
    case Purpose::kWebTls:
      return "web TLS";
  }
  return "unknown";
}

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::kMic:
      return "MIC";
    case Kind::kLsc:
      return "LSC";
    case Kind::kUser:
      return "user certificate";
  }
  return "unknown";
}

}  // namespace phone::certificates
