// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Every maker of a TLS context against every version, suite, group and kind of signature there is, in each policy: what
// comes up is exactly what the tables here say, and not what the profile says of itself.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "common/mesh/listen/tls_context.hpp"
#include "common/tls/client.hpp"
#include "tests/unit/download/test_transfer_server.hpp"
#include "tests/unit/tls/table_peer.hpp"

namespace phone::tls {
namespace {

using Names = std::set<std::string>;

// One way to a TLS connection; `true` when it comes up.
class Maker {
 public:
  virtual ~Maker() = default;
  virtual bool comes_up(const Left& left) = 0;
};

class ClientMaker final : public Maker {
 public:
  ClientMaker(Function function, const Policy& policy) : profile_(*Profile::of(function, policy)) {}
  bool comes_up(const Left& left) override {
    peer_.leave(left);
    return Connection::connect({.profile = profile_,
                                .host = "127.0.0.1",
                                .port = peer_.port(),
                                .verify = [](const auto&) { return std::string("the test"); }})
        .ok();
  }

 private:
  TablePeer peer_;
  const Profile profile_;
};

class HttpsMaker final : public Maker {
 public:
  explicit HttpsMaker(const Policy& policy) : policy_(policy) {}
  bool comes_up(const Left& left) override {
    peer_.leave(left);
    return transfer_server_
               .fetch({.scheme = http::Scheme::kHttps,
                       .host = "127.0.0.1",
                       .port = peer_.port(),
                       .name = "file",
                       .verify = [](const auto&) { return std::string("the test"); },
                       .tls = policy_})
               .outcome == http::Outcome::kOk;
  }

 private:
  const tests::TestTransferServer transfer_server_;
  TablePeer peer_;
  const Policy policy_;
};

const mesh::PresentTime kPresent = [] { return clock::Present{.time = absl::Now()}; };

// The diagnostics port asks for a client certificate and for HTTP/2.
class DoorMaker final : public Maker {
 public:
  explicit DoorMaker(const Policy& policy) : profile_(*Profile::of(Function::kDiagnostics, policy)) {
    for (const bool rsa : {false, true}) {
      const Pem& own = peer_identity(rsa);
      auto made = mesh::tls_door_context(
          {own.certificate, own.key, absl::StrCat(peer_identity(false).certificate, peer_identity(true).certificate)},
          profile_, &kPresent);
      EXPECT_TRUE(made.ok()) << made.status();
      doors_.push_back(*std::move(made));
    }
  }
  bool comes_up(const Left& left) override {
    const auto client = peer_context(left, false);
    constexpr unsigned char kH2[] = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(client.get(), kH2, sizeof kH2);
    return std::any_of(doors_.begin() + (left.rsa_alone ? 1 : 0), doors_.end(),
                       [&](const auto& door) { return shake_hands(client.get(), door.get()); });
  }

 private:
  const Profile profile_;
  std::vector<std::shared_ptr<SSL_CTX>> doors_;
};

std::unique_ptr<Maker> maker_of(Function function, const Policy& policy) {
  if (function == Function::kDiagnostics) return std::make_unique<DoorMaker>(policy);
  return std::make_unique<ClientMaker>(function, policy);
}

struct Expected {
  Names versions, suites12, suites13, groups, signatures;
};

const Names kGcm256 = {"ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"};
const Names kGcm128 = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"};
const Names kOld = {"ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA",
                    "ECDHE-RSA-AES128-SHA",   "AES256-SHA",           "AES128-SHA"};
const Names kNist = {"P-256", "P-384", "P-521"};
const Names kSha2 = {"RSA+SHA256", "RSA+SHA384", "RSA+SHA512", "rsa_pss_rsae_sha256", "ECDSA+SHA256"};

Names with(Names names, const Names& more) {
  names.insert(more.begin(), more.end());
  return names;
}

struct PolicyRow {
  const char* name;
  Policy policy;
  Expected expected;  // of every function but those that are named below
  Expected below;     // of HTTPS and the diagnostics port, which may go below TLS 1.2; without versions: as `expected`
  std::string no_nulls;  // why authenticated mode cannot be had; empty: it can
};

const Expected kDefault = {{"TLS 1.2", "TLS 1.3"},
                           with(kGcm256, kGcm128),
                           {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"},
                           with(kNist, {"X25519"}),
                           kSha2};
const Expected kFips = {
    {"TLS 1.2", "TLS 1.3"}, with(kGcm256, kGcm128), {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"}, kNist, kSha2};
const Expected kNew = {{"TLS 1.3"}, {}, kDefault.suites13, kDefault.groups, kSha2};
const Expected kNewFips = {{"TLS 1.3"}, {}, kFips.suites13, kNist, kSha2};
const Expected kStrong = {{"TLS 1.2", "TLS 1.3"}, kGcm256, {"TLS_AES_256_GCM_SHA384"}, kDefault.groups, kSha2};
const Expected kOldest = {{"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"},
                          with(with(kGcm256, kGcm128), kOld),
                          kDefault.suites13,
                          kDefault.groups,
                          with(kSha2, {"RSA+SHA1", "ECDSA+SHA1"})};
const Expected kOlder = {
    {"TLS 1.1", "TLS 1.2", "TLS 1.3"}, kOldest.suites12, kDefault.suites13, kDefault.groups, kOldest.signatures};
const Expected kOldStrong = {kOldest.versions, with(kGcm256, {"AES256-SHA"}), kStrong.suites13, kDefault.groups,
                             kOldest.signatures};

const PolicyRow kPolicies[] = {
    {"default", {}, kDefault, {}, ""},
    {"FIPS", {.fips = true}, kFips, {}, "not allowed in FIPS mode"},
    {"minimum 1.3", {.client_minimum = kTls13, .server_minimum = kTls13}, kNew, {}, "exist up to TLS 1.2"},
    {"FIPS from 1.3",
     {.client_minimum = kTls13, .server_minimum = kTls13, .fips = true},
     kNewFips,
     {},
     "not allowed in FIPS mode"},
    {"minimum 1.1", {.client_minimum = kTls11, .server_minimum = kTls11}, kDefault, kOlder, ""},
    {"minimum 1.0", {.client_minimum = kTls10, .server_minimum = kTls10}, kDefault, kOldest, ""},
    {"AES-256 alone", {.switched_off = 1U << 4 | 1U << 5}, kStrong, {}, ""},
    {"AES-256 alone, minimum 1.0",
     {.client_minimum = kTls10, .server_minimum = kTls10, .switched_off = 1U << 2 | 1U << 4 | 1U << 5},
     kStrong,
     kOldStrong,
     ""},
};

constexpr Function kMakers[] = {Function::kSip,   Function::kSipAuthenticated, Function::kTvs,        Function::kCapf,
                                Function::kHttps, Function::kSyslog,           Function::kDiagnostics};

using Row = std::tuple<Function, PolicyRow>;
class F3_F30_F72_TlsProfile_Table : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    const auto& [function, row] = GetParam();
    nulls_ = function == Function::kSipAuthenticated;
    if (nulls_ && !row.no_nulls.empty()) return;
    expected_ = row.expected;
    if ((function == Function::kHttps || function == Function::kDiagnostics) && !row.below.versions.empty()) {
      expected_ = row.below;
    }
    if (nulls_) expected_ = {{"TLS 1.2"}, {"NULL-SHA256", "NULL-SHA"}, {}, {}, {}};
    maker_ = maker_of(function, row.policy);
  }
  bool possible() {
    const auto& [function, row] = GetParam();
    if (maker_ != nullptr) return true;
    const auto made = Profile::of(function, row.policy);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_TRUE(absl::StrContains(made.status().message(), row.no_nulls)) << made.status();
    return false;
  }

  bool nulls_ = false;
  Expected expected_;
  std::unique_ptr<Maker> maker_;
};

TEST_P(F3_F30_F72_TlsProfile_Table, VersionsAreThoseOfTheTableAndNoOther) {
  if (!possible()) return;
  Names up;
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    if (maker_->comes_up({.version = version})) up.insert(name_of_version(version));
  }
  EXPECT_EQ(up, expected_.versions);
}

TEST_P(F3_F30_F72_TlsProfile_Table, SuitesAreThoseOfTheTableAndNoOther) {
  if (!possible()) return;
  Names up;
  const auto all = all_suites12();
  EXPECT_GT(all.size(), 100U);
  for (const auto& suite : all) {
    // TLS 1.3 is kept out: there the list counts for nothing.
    for (const int version : {TLS1_2_VERSION, TLS1_VERSION}) {
      if (maker_->comes_up({.version = version, .suites12 = suite})) up.insert(suite);
    }
  }
  EXPECT_EQ(up, expected_.suites12);
  Names up13;
  for (const char* suite : {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256",
                            "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"}) {
    if (maker_->comes_up({.version = TLS1_3_VERSION, .suites13 = suite})) up13.insert(suite);
  }
  EXPECT_EQ(up13, expected_.suites13);
}

TEST_P(F3_F30_F72_TlsProfile_Table, GroupsAreThoseOfTheTableAndNoOther) {
  if (!possible()) return;
  if (nulls_) return;  // RSA carries the key: there is no group
  const char* groups[] = {"X25519",    "X448",  "P-256",     "P-384",           "P-521",           "P-224",
                          "secp256k1", "K-283", "ffdhe2048", "brainpoolP256r1", "brainpoolP384r1", "ffdhe3072"};
  Names up12, up13;
  for (const char* group : groups) {
    if (maker_->comes_up({.version = TLS1_2_VERSION, .suites12 = "ECDHE", .groups = group, .rsa_alone = true})) {
      up12.insert(group);
    }
    if (maker_->comes_up({.version = TLS1_3_VERSION, .groups = group, .rsa_alone = true})) up13.insert(group);
  }
  EXPECT_EQ(up13, expected_.groups);
  EXPECT_EQ(up12, expected_.suites12.empty() ? Names() : expected_.groups);
}

TEST_P(F3_F30_F72_TlsProfile_Table, SignaturesAreThoseOfTheTableAndNoOther) {
  if (!possible()) return;
  if (nulls_) return;  // nothing is signed by the server
  Names up;
  for (const char* signature : {"RSA+SHA1", "RSA+SHA224", "RSA+SHA256", "RSA+SHA384", "RSA+SHA512",
                                "rsa_pss_rsae_sha256", "ECDSA+SHA1", "ECDSA+SHA224", "ECDSA+SHA256", "DSA+SHA256"}) {
    // PKCS#1 is no signature of TLS 1.3.
    const bool rsa = absl::StartsWith(signature, "rsa") || absl::StartsWith(signature, "RSA");
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      if (maker_->comes_up({.version = version, .suites12 = "ECDHE", .signatures = signature, .rsa_alone = rsa})) {
        up.insert(signature);
      }
    }
  }
  Names expected = expected_.signatures;
  // OpenSSL as a server does not choose it even where it may.
  if (std::get<0>(GetParam()) == Function::kDiagnostics) expected.erase("ECDSA+SHA1");
  if (expected_.suites12.empty()) {
    for (const char* pkcs1 : {"RSA+SHA256", "RSA+SHA384", "RSA+SHA512"}) expected.erase(pkcs1);
  }
  EXPECT_EQ(up, expected);
}

INSTANTIATE_TEST_SUITE_P(Makers, F3_F30_F72_TlsProfile_Table,
                         testing::Combine(testing::ValuesIn(kMakers), testing::ValuesIn(kPolicies)),
                         [](const auto& info) {
                           std::string name =
                               absl::StrCat(name_of(std::get<0>(info.param)), "_", std::get<1>(info.param).name);
                           std::erase_if(name, [](char c) { return c != '_' && !isalnum(c); });
                           return name;
                         });

// As OpenSSL has it for the ClientHello: RSA servers are offered AES-256-GCM first, then AES-128-GCM.
TEST(F30_TlsOrder, Aes256ComesFirst) {
  for (const Function function : {Function::kSip, Function::kTvs, Function::kCapf, Function::kHttps}) {
    const auto context = make_context(*Profile::of(function, {}));
    ASSERT_TRUE(context.ok()) << context.status();
    std::vector<std::string> rsa, tls13;
    const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context->get());
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
      const std::string name = SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, i));
      if (absl::StartsWith(name, "ECDHE-RSA")) rsa.push_back(name);
      if (absl::StartsWith(name, "TLS_AES")) tls13.push_back(name);
    }
    EXPECT_EQ(rsa, (std::vector<std::string>{"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256"}));
    EXPECT_EQ(tls13, (std::vector<std::string>{"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"}));
  }
}

TEST(F72_TlsMinimum, ClientAndServerAreApart) {
  const Policy client{.client_minimum = kTls13}, server{.server_minimum = kTls13};
  EXPECT_EQ(Profile::of(Function::kHttps, client)->minimum(), kTls13);
  EXPECT_EQ(Profile::of(Function::kHttps, server)->minimum(), kTls12);
  EXPECT_EQ(Profile::of(Function::kDiagnostics, client)->minimum(), kTls12);
  EXPECT_EQ(Profile::of(Function::kDiagnostics, server)->minimum(), kTls13);
  EXPECT_EQ(Profile::of(Function::kWeb, client)->minimum(), kTls12);
  EXPECT_EQ(Profile::of(Function::kWeb, server)->minimum(), kTls13);
}

TEST(F73_WebAccess, NeverGoesBelowTls12WhateverTheMinimum) {
  for (const std::uint16_t old : {kTls10, kTls11}) {
    const auto profile = Profile::of(Function::kWeb, {.client_minimum = old, .server_minimum = old});
    ASSERT_TRUE(profile.ok()) << profile.status();
    EXPECT_TRUE(profile->server());
    EXPECT_EQ(profile->minimum(), kTls12);
    EXPECT_EQ(profile->security_level(), 2);
    EXPECT_EQ(profile->suites12().find("AES128-SHA:"), std::string::npos) << profile->suites12();
  }
}

TEST(F3_Fips, OldVersionsAndAFailedSelfTestAreRefusedByName) {
  for (const Function function : {Function::kSip, Function::kTvs, Function::kCapf, Function::kHttps, Function::kSyslog,
                                  Function::kEap, Function::kDiagnostics}) {
    const auto old = Profile::of(function, {.client_minimum = kTls10, .server_minimum = kTls11, .fips = true});
    EXPECT_EQ(old.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_TRUE(absl::StrContains(old.status().message(), "is not allowed in FIPS mode")) << old.status();
    const auto failed = [] { return absl::InternalError("the self-test of AES-256-GCM failed"); };
    const auto broken = Profile::of(function, {.fips = true}, failed);
    EXPECT_EQ(broken.status().message(),
              absl::StrCat("no TLS for ", name_of(function),
                           ": FIPS mode is not available: the self-test of AES-256-GCM failed"));
    EXPECT_TRUE(Profile::of(function, {}, failed).ok()) << "outside FIPS mode nothing hangs on it";
  }
}

TEST(F25_PhoneHardening, APolicyThatLeavesNoSuiteIsRefused) {
  const Policy none{.switched_off = 0xFE};
  EXPECT_TRUE(absl::StrContains(Profile::of(Function::kSip, none).status().message(), "disables every cipher suite"));
}

TEST(F88_ErrorsThatNameTheCause, AHandshakeWithNothingInCommonSaysWhatWasOffered) {
  TablePeer peer;
  peer.leave({.version = TLS1_3_VERSION, .suites13 = "TLS_CHACHA20_POLY1305_SHA256"});
  const auto verify = [](const auto&) { return std::string("the test"); };
  const auto connection = Connection::connect({.profile = *Profile::of(Function::kSip, {.fips = true}),
                                               .host = "127.0.0.1",
                                               .port = peer.port(),
                                               .verify = verify});
  EXPECT_TRUE(absl::StrContains(connection.status().message(), "FIPS mode")) << connection.status();
  const tests::TestTransferServer transfer_server;
  const auto result = transfer_server.fetch({.scheme = http::Scheme::kHttps,
                                             .host = "127.0.0.1",
                                             .port = peer.port(),
                                             .name = "file",
                                             .verify = verify,
                                             .tls = Policy{.fips = true}});
  EXPECT_EQ(result.outcome, http::Outcome::kBroken);
  EXPECT_TRUE(absl::StrContains(result.detail, "FIPS mode")) << result.detail;
}

}  // namespace
}  // namespace phone::tls
