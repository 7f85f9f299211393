// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "common/crypto/pointers.hpp"
#include "common/tls/policy.hpp"

// Versions, suites and groups of one TLS context, decided in one place for all of them. Nothing else in the phone makes
// one or sets a version, a suite or a group (tests/unit/tls/makers_test.cpp).
namespace phone::tls {

enum class Function : std::uint8_t {
  kSip,
  kSipAuthenticated,  // integrity without secrecy (F18): the only one with NULL suites
  kTvs,
  kCapf,
  kHttps,
  kSyslog,       // audit events to their collector (RFC 5425)
  kEap,          // a context of wpa_supplicant's, by its settings
  kDiagnostics,  // this and the next: the phone is the server
  kWeb,
};

class Profile {
 public:
  // FAILED_PRECONDITION names the demand of the policy that cannot be met, or the self-test that failed in FIPS mode.
  static absl::StatusOr<Profile> of(Function function, const Policy& policy);
  // As above; `self_tests` stands for crypto::self_tests().
  static absl::StatusOr<Profile> of(Function function, const Policy& policy,
                                    const std::function<absl::Status()>& self_tests);

  bool server() const { return function_ == Function::kDiagnostics || function_ == Function::kWeb; }
  int minimum() const { return minimum_; }
  int maximum() const { return maximum_; }
  const std::string& suites12() const { return suites12_; }  // OpenSSL's list; empty: none
  const std::string& suites13() const { return suites13_; }  // empty: none
  const std::string& groups() const { return groups_; }
  const std::string& signatures() const { return signatures_; }
  // OpenSSL's; 0, where it must be, is for versions and suites only: certificates are judged at 1 or more.
  int security_level() const { return security_level_; }
  int certificate_level() const { return security_level_ == 0 ? 1 : security_level_; }
  // Why a peer may find nothing in common: "TLS 1.2 to 1.3, AES-GCM over P-256, P-384, P-521 (FIPS mode)".
  std::string describe() const;

 private:
  Profile() = default;
  Function function_ = Function::kSip;
  Policy policy_;
  int minimum_ = 0, maximum_ = 0;
  std::string suites12_, suites13_, groups_, signatures_;
  int security_level_ = 2;
};

// A context by the profile. INTERNAL with OpenSSL's errors.
absl::StatusOr<crypto::SslCtxPtr> make_context(const Profile& profile);
// The same for a context that a library has made (libcurl).
absl::Status apply(const Profile& profile, SSL_CTX* context);

const char* name_of_version(int version);  // "TLS 1.2"
const char* name_of(Function function);    // "HTTPS"

}  // namespace phone::tls
