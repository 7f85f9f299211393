// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

// Which certificate serves which purpose for which caller. One table; everything that signs asks it first.
namespace phone::certificates {

enum class Purpose : std::uint8_t {
  kSipTls = 1,
  kTvsTls = 2,
  kHttpsTls = 3,
  kCapfProof = 4,
  kFileUnwrap = 5,
  kEapTlsWired = 6,
  kEapTlsWlan = 7,
  kScep = 8,
  kWebTls = 9,
};

enum class Kind : std::uint8_t { kMic = 1, kLsc = 2, kUser = 3 };

// Numbers of phone.mesh.v1.Role.
enum class Caller : std::uint8_t {
  kTrustStore = 1,
  kCertificateManager = 2,
  kEnrolment = 3,
  kPolicy = 4,
  kNetworkAccess = 5,
  kSignaling = 6,
  kMedia = 7,
  kGateway = 8,
  kUi = 9,
  kDiagnostics = 10,
  kSupplicant = 11,
};

enum class Use : std::uint8_t { kLook, kSign, kUnwrap };

struct PurposeRules {
  bool lsc_for_wlan = false;  // FEATURES.md: refused by default, allowed by an explicit policy setting
};

// The kinds that may serve, the best first; nothing when this caller may not use the purpose so.
std::optional<std::vector<Kind>> serving(Purpose purpose, Caller caller, Use use, const PurposeRules& rules);

const char* name_of(Purpose purpose);
const char* name_of(Kind kind);

}  // namespace phone::certificates
