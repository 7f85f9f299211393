// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F71 against the lab as a registration authority: CA and RA in GetCACert, PENDING, and every answer a hostile or
// broken server may give.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/http/get.hpp"
#include "services/certificate_manager/enrolment/scep_authority.hpp"
#include "services/certificate_manager/enrolment/scep_cms.hpp"
#include "services/certificate_manager/enrolment/scep_http.hpp"
#include "tests/conformance/scep/scep_world.hpp"
#include "tools/lab/enrolment/scep_server.hpp"
#include "tools/lab/pki.hpp"

namespace phone::enrolment {
namespace {

using crypto::Digest;
constexpr char kDevice[] = "SEP0A1B2C3D4E5F";
constexpr char kChallenge[] = "a-challenge-nobody-may-read";

std::filesystem::path dir() {
  return std::filesystem::temp_directory_path() / ("scep-lab-" + std::to_string(getpid()));
}

// One PKI for all tests: making keys is what takes the time.
class OnePki : public testing::Environment {
  void SetUp() override { ASSERT_TRUE(lab::make_pki(dir(), {"127.0.0.1"}).ok()); }
  void TearDown() override { std::filesystem::remove_all(dir()); }
};
[[maybe_unused]] const auto* const kOnePki = testing::AddGlobalTestEnvironment(new OnePki);

class F71_Scep_Lab : public testing::Test {
 protected:
  void serve(lab::ScepSettings settings) {
    settings.challenge = kChallenge;
    ASSERT_TRUE(events_.open(dir() / "events").ok());
    server_ = std::make_unique<lab::ScepServer>(pki_, settings, faults_, events_);
    ASSERT_TRUE(server_->start("127.0.0.1", 0).ok());
    transport_ =
        std::make_unique<ScepHttp>(&http::get, "127.0.0.1", server_->port(), "cgi-bin/pkiclient.exe", cancelled_);
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove(dir() / "events", ignored);
  }
  SessionResult enrol(bool renew = false, const std::string& challenge = kChallenge) {
    return run_scep(*transport_, keys_, {kDevice, *parse_fingerprint(root_), crypto::Secret::copy_of(challenge), renew},
                    told_.delegate());
  }
  std::string events() {
    std::ifstream in(dir() / "events");
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }

  const lab::Pki pki_ = *lab::load_pki(dir());
  const crypto::Certificate ca_ = *crypto::Certificate::parse(pki_.scep_ca->der());
  std::string root_ = fingerprint(ca_, Digest::kSha256, ':');
  lab::Faults faults_;
  lab::Events events_;
  std::unique_ptr<lab::ScepServer> server_;
  std::unique_ptr<ScepHttp> transport_;
  std::atomic<bool> cancelled_ = false;
  LocalKeys keys_;
  Told told_;
};

TEST_F(F71_Scep_Lab, EnrolsOverTheRegistrationAuthority) {
  serve({});
  const auto result = enrol();
  EXPECT_EQ(result.outcome.ended, Ended::kInstalled) << result.outcome.reason;
  ASSERT_TRUE(keys_.certificate);
  EXPECT_EQ(keys_.certificate->common_name(), kDevice);
  EXPECT_EQ(keys_.certificate->issuer_der(), ca_.subject_der());
  EXPECT_GE(keys_.signatures, 3) << "request, own certificate, message";
  EXPECT_EQ(keys_.opened, 1);
  EXPECT_NE(events().find("PKCSReq"), std::string::npos);
}

TEST_F(F71_Scep_Lab, NothingIsMadeOrSentForAnAuthorityThatTrustStoreRefuses) {
  serve({});
  told_.word = absl::PermissionDeniedError("certificate \"Lab SCEP RA\" is refused");
  const auto result = enrol();
  EXPECT_EQ(result.outcome.ended, Ended::kFailed);
  EXPECT_EQ(result.outcome.reason, told_.word.message());
  ASSERT_EQ(told_.vouched_for.size(), 1U);
  EXPECT_EQ(told_.vouched_for.front().substr(0, 14), "CN=Lab SCEP RA") << "who takes the request is asked about";
  EXPECT_EQ(keys_.signatures, 0);
  EXPECT_EQ(events().find("PKCSReq"), std::string::npos);
}

TEST_F(F71_Scep_Lab, AServerThatWaitsForItsPeopleIsPolled) {
  serve({.pending = 4});
  const auto result = enrol();
  EXPECT_EQ(result.outcome.ended, Ended::kInstalled) << result.outcome.reason;
  EXPECT_EQ(told_.pauses, (std::vector<absl::Duration>{absl::Seconds(30), absl::Seconds(60), absl::Seconds(120),
                                                       absl::Seconds(240)}));
  EXPECT_EQ(told_.progress.back(), Progress::kAwaitingApproval);
}

TEST_F(F71_Scep_Lab, AServerThatNeverDecidesIsLeftAfterADay) {
  serve({.pending = 1000000});
  const auto result = enrol();
  EXPECT_EQ(result.outcome.reason, "the SCEP authority has not decided within a day");
  EXPECT_FALSE(result.try_again);
  EXPECT_LE(*std::max_element(told_.pauses.begin(), told_.pauses.end()), absl::Minutes(10));
  EXPECT_GE(told_.ahead, absl::Hours(24));
  EXPECT_LE(told_.ahead, absl::Hours(24) + absl::Minutes(10));
}

TEST_F(F71_Scep_Lab, AReplacedOrderIsNotPolledFor) {
  serve({.pending = 4});
  told_.stands = false;
  EXPECT_EQ(enrol().outcome.reason, "another enrolment has replaced this one");
  EXPECT_EQ(told_.pauses.size(), 1U);
}

TEST_F(F71_Scep_Lab, RenewalGivesANewSerialAndIsSignedWithTheOldCertificate) {
  serve({});
  ASSERT_EQ(enrol().outcome.ended, Ended::kInstalled);
  const auto old = *keys_.certificate;
  const auto result = enrol(true, "");
  EXPECT_EQ(result.outcome.ended, Ended::kInstalled) << result.outcome.reason;
  EXPECT_NE(keys_.certificate->serial(), old.serial());
  EXPECT_NE(keys_.certificate->public_key(), old.public_key());
  EXPECT_NE(events().find("RenewalReq"), std::string::npos);
}

TEST_F(F71_Scep_Lab, ARenewalThatBringsTheOldCertificateBackIsAFailure) {
  serve({.bring_old_back = true});
  ASSERT_EQ(enrol().outcome.ended, Ended::kInstalled);
  const auto old = *keys_.certificate;
  const auto result = enrol(true);
  EXPECT_EQ(result.outcome.ended, Ended::kFailed);
  EXPECT_EQ(result.outcome.reason, "the renewal returned the old certificate");
  EXPECT_EQ(*keys_.certificate, old);
}

TEST_F(F71_Scep_Lab, ThereIsNothingToRenewWithoutACertificate) {
  serve({});
  EXPECT_EQ(enrol(true).outcome.reason, "there is no user certificate");
}

TEST_F(F71_Scep_Lab, EveryWayOfWritingTheFingerprintIsTheSame) {
  serve({});
  for (const Digest digest : {Digest::kSha1, Digest::kSha256}) {
    for (const char separator : {':', ' ', '-', '.', '\0'}) {
      root_ = fingerprint(ca_, digest, separator);
      EXPECT_EQ(enrol().outcome.ended, Ended::kInstalled) << root_;
    }
  }
}

TEST_F(F71_Scep_Lab, AWrongFingerprintStopsBeforeAnyKeyIsMade) {
  serve({});
  root_ = fingerprint(*crypto::Certificate::parse(pki_.scep_ra->der()), Digest::kSha256, ':');
  EXPECT_EQ(enrol().outcome.reason, "the certificate with the root fingerprint is not a CA certificate");
  root_ = std::string(64, '0');
  EXPECT_EQ(enrol().outcome.reason, "no certificate of the SCEP server matches the configured root fingerprint");
  root_ = std::string(40, '0');
  EXPECT_EQ(enrol().outcome.reason, "no certificate of the SCEP server matches the configured root fingerprint");
  EXPECT_EQ(told_.progress, std::vector<Progress>(3, Progress::kAuthenticating));
  EXPECT_EQ(events(), "") << "no request left";
}

TEST_F(F71_Scep_Lab, ARefusalNamesItsCauseAndNeverTheChallenge) {
  serve({});
  const auto result = enrol(false, "wrong-and-also-secret");
  EXPECT_EQ(result.outcome.reason, "the SCEP server refused: badRequest");
  EXPECT_FALSE(result.try_again);
}

TEST_F(F71_Scep_Lab, TheChallengeCrossesTheWireOnlyInTheEnvelope) {
  class Listening final : public ScepTransport {
   public:
    explicit Listening(ScepTransport& to) : to_(to) {}
    absl::StatusOr<ScepReply> get(std::string_view operation, std::string_view message, size_t limit) override {
      wire += message;
      return to_.get(operation, message, limit);
    }
    absl::StatusOr<ScepReply> post(const std::string& message, size_t limit) override {
      wire += message;
      return to_.post(message, limit);
    }
    std::string wire;

   private:
    ScepTransport& to_;
  };
  serve({});
  Listening listening(*transport_);
  const auto result = run_scep(
      listening, keys_, {kDevice, *parse_fingerprint(root_), crypto::Secret::copy_of(kChallenge)}, told_.delegate());
  EXPECT_EQ(result.outcome.ended, Ended::kInstalled);
  EXPECT_NE(listening.wire.find(kDevice), std::string::npos) << "we do look at the right bytes";
  EXPECT_EQ(listening.wire.find(kChallenge), std::string::npos);
}

// What a server of the field says of itself, and what is made of it.
struct CapabilitiesRow {
  const char* name;
  std::optional<std::string> said;
  bool post;
  bool des3_allowed;
  const char* reason;  // empty: enrolled
};
class F71_ScepCapabilities_Lab : public F71_Scep_Lab, public testing::WithParamInterface<CapabilitiesRow> {};
TEST_P(F71_ScepCapabilities_Lab, AreObeyedAsFarAsThePolicyGoes) {
  const auto& row = GetParam();
  serve({.capabilities = row.said, .post = row.post});
  const auto result = run_scep(*transport_, keys_,
                               {.common_name = kDevice,
                                .root = *parse_fingerprint(root_),
                                .challenge = crypto::Secret::copy_of(kChallenge),
                                .des3_allowed = row.des3_allowed},
                               told_.delegate());
  if (*row.reason == '\0') {
    EXPECT_EQ(result.outcome.ended, Ended::kInstalled) << result.outcome.reason;
  } else {
    EXPECT_NE(result.outcome.reason.find(row.reason), std::string::npos) << result.outcome.reason;
    EXPECT_EQ(keys_.signatures, 0);
  }
}
INSTANTIATE_TEST_SUITE_P(
    All, F71_ScepCapabilities_Lab,
    testing::Values(CapabilitiesRow{"Unknown", "404", true, false, ""},
                    CapabilitiesRow{"UnknownAndByGetOnly", "404", false, false, ""},
                    CapabilitiesRow{"APageForPeople", "<html>no such page</html>", true, false, ""},
                    CapabilitiesRow{"Nothing", "", true, true, "does not support SHA-256"},
                    CapabilitiesRow{"TripleDesAllowed", "DES3\r\nSHA-256\r\nPOSTPKIOperation", true, true, ""},
                    CapabilitiesRow{"TripleDesForbidden", "DES3\nSHA-256\nPOSTPKIOperation", true, false,
                                    "triple DES only, which the configuration"},
                    CapabilitiesRow{"AesIsTakenWhereThereIsBoth", "DES3\nAES\nSHA-256", true, false, ""},
                    CapabilitiesRow{"NoCipher", "SHA-256\nPOSTPKIOperation", true, true, "neither AES nor triple DES"},
                    CapabilitiesRow{"Sha1Only", "DES3\nSHA-1\nPOSTPKIOperation", true, true,
                                    "does not support SHA-256"}),
    [](const auto& info) { return info.param.name; });

TEST_F(F71_Scep_Lab, TripleDesIsOnTheWireOnlyWhereTheServerHasNothingElse) {
  class Listening final : public ScepTransport {
   public:
    explicit Listening(ScepTransport& to) : to_(to) {}
    absl::StatusOr<ScepReply> get(std::string_view operation, std::string_view message, size_t limit) override {
      return to_.get(operation, message, limit);
    }
    absl::StatusOr<ScepReply> post(const std::string& message, size_t limit) override {
      wire += message;
      return to_.post(message, limit);
    }
    std::string wire;

   private:
    ScepTransport& to_;
  };
  const std::string des3("\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x07", 10);     // des-ede3-cbc
  const std::string aes("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x02", 11);  // aes128-CBC
  for (const bool both : {true, false}) {
    serve({.capabilities = both ? "AES\nDES3\nSHA-256\nPOSTPKIOperation" : "DES3\nSHA-256\nPOSTPKIOperation"});
    Listening listening(*transport_);
    const auto result = run_scep(listening, keys_,
                                 {.common_name = kDevice,
                                  .root = *parse_fingerprint(root_),
                                  .challenge = crypto::Secret::copy_of(kChallenge),
                                  .des3_allowed = true},
                                 told_.delegate());
    EXPECT_EQ(result.outcome.ended, Ended::kInstalled) << result.outcome.reason;
    EXPECT_EQ(listening.wire.find(des3) == std::string::npos, both);
    EXPECT_EQ(listening.wire.find(aes) == std::string::npos, !both);
  }
}

struct HostileRow {
  const char* name;
  lab::ScepSettings settings;
  const char* fault;
  const char* reason;
  bool try_again;
};
class F71_ScepHostile_Lab : public F71_Scep_Lab, public testing::WithParamInterface<HostileRow> {};
TEST_P(F71_ScepHostile_Lab, IsRefusedWithTheCause) {
  const auto& row = GetParam();
  serve(row.settings);
  if (*row.fault != '\0') {
    ASSERT_TRUE(faults_.add(row.fault).ok());
  }
  const auto result = enrol();
  EXPECT_EQ(result.outcome.ended, Ended::kFailed);
  EXPECT_NE(result.outcome.reason.find(row.reason), std::string::npos) << result.outcome.reason;
  EXPECT_EQ(result.outcome.reason.find(kChallenge), std::string::npos);
  EXPECT_EQ(result.try_again, row.try_again);
  EXPECT_FALSE(keys_.certificate);
}
INSTANTIATE_TEST_SUITE_P(
    All, F71_ScepHostile_Lab,
    testing::Values(
        HostileRow{"OtherNonce", {.other_nonce = true}, "", "has another nonce", false},
        HostileRow{"OtherTransaction", {.other_transaction = true}, "", "belongs to another transaction", false},
        HostileRow{"OtherKey", {.other_key = true}, "", "no certificate for the newly generated key", false},
        HostileRow{"OtherCa", {.other_ca = true}, "", "does not chain to the root", false},
        HostileRow{"Stranger", {}, "scep=stranger", "matches the configured root fingerprint", false},
        HostileRow{"Truncated", {}, "scep=truncated", "is not the expected CMS structure", false},
        HostileRow{"Flipped", {}, "scep=flipped", "the SCEP response", false},
        HostileRow{"Oversized", {}, "scep=oversized", "larger than allowed", false},
        HostileRow{"Gone", {}, "scep=gone", "was interrupted", true}),
    [](const auto& info) { return info.param.name; });

// The parsers and rules without a server.
TEST(F71_ScepAuthority_Table, ACaWithoutRaSpeaksForItself) {
  const auto pki = *lab::load_pki(dir());
  const auto certificates = read_authority("application/x-x509-ca-cert", pki.scep_ca->der());
  ASSERT_TRUE(certificates.ok());
  const auto print = parse_fingerprint(certificates->front().fingerprint(Digest::kSha1));
  const auto authority = believe(*certificates, *print, clock::Present{.time = absl::Now()});
  ASSERT_TRUE(authority.ok()) << authority.status();
  EXPECT_EQ(authority->recipient, certificates->front());
}

TEST(F71_ScepAuthority_Table, WhatDoesNotLeadToTheRootIsNotBelieved) {
  const auto pki = *lab::load_pki(dir());
  const auto ca = *crypto::Certificate::parse(pki.scep_ca->der());
  const auto stranger = *crypto::Certificate::parse(pki.diagnostics_client->der());
  const auto authority =
      believe({stranger, ca}, *parse_fingerprint(ca.fingerprint(Digest::kSha256)), clock::Present{.time = absl::Now()});
  ASSERT_TRUE(authority.ok());
  EXPECT_EQ(std::ranges::count(authority->proven, stranger), 0);
  EXPECT_EQ(authority->recipient, ca);
}

TEST(F71_ScepAuthority_Table, AnExpiredRootIsNoRoot) {
  const auto pki = *lab::load_pki(dir());
  const auto ca = *crypto::Certificate::parse(pki.scep_ca->der());
  const auto late =
      believe({ca}, *parse_fingerprint(ca.fingerprint(Digest::kSha256)), {.time = ca.not_after() + absl::Hours(1)});
  EXPECT_TRUE(absl::IsPermissionDenied(late.status())) << late.status();
  EXPECT_NE(late.status().message().find("expired"), std::string::npos);
}

// A cluster of registration authorities, each with a certificate for signing and one for encryption.
TEST(F71_ScepAuthority_Table, MoreThanEightRegistrationAuthoritiesAreRead) {
  const auto pki = *lab::load_pki(dir());
  const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL));
  const std::vector<lab::IdentityPtr> all = {pki.itl_recovery, pki.call_manager, pki.call_manager_next, pki.tvs,
                                             pki.capf,         pki.tomcat,       pki.manufacturing,     pki.scep_ra,
                                             pki.scep_ca,      pki.stranger_ca,  pki.diagnostics_ca};
  for (const auto& one : all) ASSERT_EQ(CMS_add1_cert(cms.get(), one->x509()), 1);
  (void)CMS_final(cms.get(), reading("").get(), nullptr, CMS_BINARY);  // there is no signer
  const auto read = read_authority("application/x-x509-ca-ra-cert", *cms_der(cms.get()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), all.size());
  const auto root = *crypto::Certificate::parse(pki.scep_ca->der());
  const auto authority =
      believe(*read, *parse_fingerprint(root.fingerprint(Digest::kSha256)), clock::Present{.time = absl::Now()});
  ASSERT_TRUE(authority.ok()) << authority.status();
  EXPECT_EQ(authority->recipient.der(), pki.scep_ra->der());
}

TEST(F71_ScepAuthority_Table, AnAnswerThatIsNoCertificateIsToldAsTheServerSaidIt) {
  const auto refused = read_authority("text/plain", "unknown \ncommand");
  EXPECT_EQ(refused.status().message(), "GetCACert returned no certificates but text/plain: unknown ?command");
}

TEST(F71_ScepAuthority_Table, OtherAnswersToGetCaCertAreRefused) {
  const auto pki = *lab::load_pki(dir());
  EXPECT_FALSE(read_authority("text/html", pki.scep_ca->der()).ok());
  EXPECT_FALSE(read_authority("application/x-x509-ca-cert", "<html>").ok());
  EXPECT_FALSE(read_authority("application/x-x509-ca-cert", pki.scep_ca->der() + "x").ok());
  EXPECT_FALSE(read_authority("application/x-x509-ca-ra-cert", pki.scep_ca->der()).ok());
  EXPECT_FALSE(read_authority("application/x-x509-ca-ra-cert", std::string(70000, '\x30')).ok());
}

}  // namespace
}  // namespace phone::enrolment
