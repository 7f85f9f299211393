// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tls/profile.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <vector>

#include "common/crypto/self_test.hpp"

namespace phone::tls {
namespace {

struct Suite {
  const char* name;
  std::uint8_t number;  // of disableTLSCiphers (cisco-formats.md F); 0: it has none
};

// Strongest first.
constexpr Suite kSuites12[] = {{"ECDHE-ECDSA-AES256-GCM-SHA384", 7},
                               {"ECDHE-RSA-AES256-GCM-SHA384", 6},
                               {"ECDHE-ECDSA-AES128-GCM-SHA256", 5},
                               {"ECDHE-RSA-AES128-GCM-SHA256", 4}};
// For servers that know nothing better: only where the policy's minimum goes below TLS 1.2.
constexpr Suite kOldSuites[] = {
    {"ECDHE-ECDSA-AES256-SHA", 0}, {"ECDHE-RSA-AES256-SHA", 0}, {"ECDHE-ECDSA-AES128-SHA", 0},
    {"ECDHE-RSA-AES128-SHA", 0},   {"AES256-SHA", 3},           {"AES128-SHA", 2}};
constexpr char kNullSuites[] = "NULL-SHA256:NULL-SHA";
constexpr char kSignatures[] =
    "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:"
    "rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512";
constexpr char kOldSignatures[] = ":ECDSA+SHA1:RSA+SHA1";

bool off(const Policy& policy, std::uint8_t number) { return (policy.switched_off >> number & 1U) != 0; }
bool restricted(const Policy& policy) { return off(policy, 4) || off(policy, 5) || off(policy, 6) || off(policy, 7); }

std::string list_of_12(const Policy& policy, bool old) {
  std::vector<std::string> names;
  for (const Suite& suite : kSuites12) {
    if (!off(policy, suite.number)) names.emplace_back(suite.name);
  }
  if (old) {
    for (const Suite& suite : kOldSuites) {
      if (suite.number == 0 ? !restricted(policy) : !off(policy, suite.number)) names.emplace_back(suite.name);
    }
  }
  return absl::StrJoin(names, ":");
}

// A suite of TLS 1.3 has no number of its own: it goes with the last suite of TLS 1.2 that has its cipher, ChaCha20
// with the first, since a list that names AES means AES.
std::string list_of_13(const Policy& policy) {
  std::vector<std::string> names;
  if (!off(policy, 6) || !off(policy, 7)) names.emplace_back("TLS_AES_256_GCM_SHA384");
  if (!policy.fips && !restricted(policy)) names.emplace_back("TLS_CHACHA20_POLY1305_SHA256");
  if (!off(policy, 4) || !off(policy, 5)) names.emplace_back("TLS_AES_128_GCM_SHA256");
  return absl::StrJoin(names, ":");
}

// The article names what a lower minimum is for; a client signature below TLS 1.2 is over SHA-1 and MD5, which the key
// holder does not make, and SIP and TVS need one (decisions/2026-11-28-tls-profile.md).
bool may_go_below(Function function) {
  return function == Function::kHttps || function == Function::kEap || function == Function::kDiagnostics;
}

absl::Status refused(Function function, std::string why) {
  return absl::FailedPreconditionError(absl::StrCat("no TLS for ", name_of(function), ": ", std::move(why)));
}

}  // namespace

absl::StatusOr<Profile> Profile::of(Function function, const Policy& policy) {
  return of(function, policy, [] { return crypto::self_tests(); });
}

absl::StatusOr<Profile> Profile::of(Function function, const Policy& policy,
                                    const std::function<absl::Status()>& self_tests) {
  Profile profile;
  profile.function_ = function;
  profile.policy_ = policy;
  const std::uint16_t asked = profile.server() ? policy.server_minimum : policy.client_minimum;
  if (policy.fips) {
    if (asked < kTls12) {
      return refused(function, absl::StrCat(name_of_version(asked), " is not allowed in FIPS mode"));
    }
    if (const absl::Status tested = self_tests(); !tested.ok()) {
      return refused(function, absl::StrCat("FIPS mode is not available: ", tested.message()));
    }
  }
  profile.minimum_ = may_go_below(function) ? asked : std::max(asked, kTls12);
  profile.maximum_ = kTls13;
  const bool old = profile.minimum_ < kTls12;
  profile.groups_ = policy.fips ? "P-256:P-384:P-521" : "X25519:P-256:P-384:P-521";
  profile.signatures_ = absl::StrCat(kSignatures, old ? kOldSignatures : "");
  // 2 demands RSA 2048; SIP, TVS and CAPF meet keys of 1024 bits, which the trust store still takes outside FIPS mode.
  const bool shorter = function == Function::kSip || function == Function::kTvs || function == Function::kCapf;
  profile.security_level_ = old ? 0 : shorter && !policy.fips ? 1 : 2;
  if (function == Function::kSipAuthenticated) {
    if (policy.fips) return refused(function, "cipher suites without encryption are not allowed in FIPS mode");
    if (asked > kTls12) {
      return refused(function,
                     absl::StrCat("cipher suites without encryption exist up to TLS 1.2, and the policy's minimum is ",
                                  name_of_version(asked)));
    }
    profile.maximum_ = kTls12;
    profile.suites12_ = kNullSuites;
    profile.security_level_ = 0;
    return profile;
  }
  profile.suites12_ = list_of_12(policy, old);
  profile.suites13_ = list_of_13(policy);
  if (profile.suites13_.empty()) profile.maximum_ = kTls12;
  if (profile.suites12_.empty()) profile.minimum_ = kTls13;
  if (profile.minimum_ > profile.maximum_) {
    return refused(function, absl::StrCat("the configuration disables every cipher suite of ",
                                          name_of_version(profile.minimum_), " and later"));
  }
  return profile;
}

std::string Profile::describe() const {
  std::string text = absl::StrCat(name_of_version(minimum_),
                                  minimum_ == maximum_ ? "" : absl::StrCat(" to ", name_of_version(maximum_)));
  if (function_ == Function::kSipAuthenticated) return absl::StrCat(text, ", cipher suites without encryption");
  if (policy_.fips) absl::StrAppend(&text, ", AES-GCM over P-256, P-384, P-521 (FIPS mode)");
  if (policy_.switched_off != 0) absl::StrAppend(&text, ", some cipher suites disabled");
  return text;
}

const char* name_of_version(int version) {
  switch (version) {
    case kTls10:
      return "TLS 1.0";
    case kTls11:
      return "TLS 1.1";
    case kTls12:
      return "TLS 1.2";
    case kTls13:
      return "TLS 1.3";
  }
  return "unknown TLS";
}

const char* name_of(Function function) {
  switch (function) {
    case Function::kSip:
      return "SIP";
    case Function::kSipAuthenticated:
      return "SIP in authenticated mode";
    case Function::kTvs:
      return "TVS";
    case Function::kCapf:
      return "CAPF";
    case Function::kHttps:
      return "HTTPS";
    case Function::kSyslog:
      return "syslog";
    case Function::kEap:
      return "EAP";
    case Function::kDiagnostics:
      return "remote diagnostics";
    case Function::kWeb:
      return "web access";
  }
  return "unknown";
}

}  // namespace phone::tls
