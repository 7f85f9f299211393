// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F14, F21, F36, F82, F83: the owner of keys and certificates: orders, signatures, who may ask for what.
#include "tests/unit/certificate_manager/test_certificate_store.hpp"

namespace phone::certificates {
namespace {

using crypto::Digest;

class F14_Lsc_Table : public CertificateStoreTest {};
class F21_Keeper_Table : public CertificateStoreTest {};
class F4_F35_Keeper_Table : public CertificateStoreTest {};
class F83_Keeper_Table : public CertificateStoreTest {};
class F36_Keeper_Table : public CertificateStoreTest {};
class F82_Keeper_Table : public CertificateStoreTest {};

TEST_F(F14_Lsc_Table, AfterEnrolmentTheLscServesAndTheMicBefore) {
  EXPECT_EQ(for_sip()->kind, Kind::kMic);
  const auto mic = for_sip()->key;
  EXPECT_TRUE(install(enrol()).stored);
  const auto lsc = for_sip();
  EXPECT_EQ(lsc->kind, Kind::kLsc);
  const auto certificate = crypto::Certificate::parse(lsc->chain.front());
  const auto signature = ask<std::string>(sip_signature("text", lsc->key));
  ASSERT_TRUE(signature.ok()) << signature.status();
  EXPECT_TRUE(certificate->public_key().verify_pss(Digest::kSha256, tls13_content("text"), *signature));
  EXPECT_TRUE(absl::IsAborted(ask<std::string>(sip_signature("text", std::string(64, '0'))).status()));
  EXPECT_TRUE(ask<std::string>(sip_signature("text", mic)).ok()) << "the MIC's own key may still be named";
}

TEST_F(F82_Keeper_Table, WhileAnotherProcessHasTheFolderOrdersWaitAndSignaturesDoNot) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto lsc = for_sip()->key;
  stop();
  start(true);
  caf::scoped_actor self(*system_);
  Order order;
  order.operation = Operation::kCapfSession;
  order.authentication = CapfAuthentication::kNullString;
  order.servers = {{"127.0.0.1", 3804}};
  auto waiting = self->request(certificate_store_, std::chrono::seconds(60), order);
  EXPECT_TRUE(ask<std::string>(sip_signature("text", lsc)).ok()) << "a signature is a read";
  EXPECT_EQ(read_order(state_).operation, Operation::kCapfSession) << "the order of before, untouched";
  const auto number = read_order(state_).number;
  caf::anon_send(certificate_store_, StateDirAcquired{{}, KeptPolicy{}, read_order(state_), {}});
  std::uint64_t taken = 0;
  waiting.receive([&](EnrolAnswer& answer) { taken = answer.order; },
                  [](caf::error& error) { FAIL() << mesh::to_status(error); });
  EXPECT_GT(taken, number);
  EXPECT_FALSE(for_sip().ok()) << "what the other process left is what counts: here no certificate at all";
}

TEST_F(F14_Lsc_Table, TheLscOutlivesTheProcess) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto before = for_sip()->key;
  stop();
  start();
  EXPECT_EQ(for_sip()->key, before);
}

TEST_F(F14_Lsc_Table, WhatOurOwnTlsRefusesIsNotTakenAndTheOldOneStays) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto old = for_sip()->key;
  const auto order = enrol();
  EXPECT_EQ(ask<FreshKey>(GenerateKeyRequest{order, KeyType::kRsa, 512, false}).status().message(),
            "an RSA 512 key is too short for TLS");
  const auto fresh = ask<FreshKey>(GenerateKeyRequest{order, KeyType::kRsa, 2048, false});
  const auto reason = [&](long from, long until) {
    return ask<StoreCertificateAnswer>(
               StoreCertificateRequest{order, Kind::kLsc, issue(kDevice, fresh->spki, from, until), {}})
        ->reason;
  };
  EXPECT_NE(reason(-7200, -60).find("the certificate cannot be used: it expired on"), std::string::npos);
  EXPECT_NE(reason(7200, 9000).find("is not valid before"), std::string::npos);
  EXPECT_EQ(for_sip()->key, old);
}

TEST_F(F21_Keeper_Table, WhatEnrolmentSaysItHasDoneIsLookedUp) {
  const auto order = enrol();
  for (const Phase phase : {Phase::kInstalled, Phase::kDeleted}) {
    const auto number = phase == Phase::kInstalled ? order : enrol();
    caf::anon_send(certificate_store_, Report{number, phase, "", "", {}});
    EXPECT_EQ(snapshot().report.phase, Phase::kFailed);
    EXPECT_NE(snapshot().report.reason.find("the enrolment reported"), std::string::npos) << snapshot().report.reason;
  }
  const auto good = enrol();
  EXPECT_TRUE(install(good).stored);
  caf::anon_send(certificate_store_, Report{good, Phase::kInstalled, "", "", {}});
  EXPECT_EQ(snapshot().report.phase, Phase::kInstalled);
}

TEST_F(F21_Keeper_Table, AReportOverARestartIsStillTrue) {
  const auto order = enrol();
  EXPECT_TRUE(install(order).stored);
  stop();
  start();
  caf::anon_send(certificate_store_, Report{order, Phase::kInstalled, "", "", {}});
  EXPECT_EQ(snapshot().report.phase, Phase::kInstalled);
}

TEST_F(F21_Keeper_Table, AnOrderMakesNoKeysWithoutEnd) {
  const auto order = enrol();
  absl::Status status;
  int made = 0;
  for (; status.ok() && made < 100; ++made)
    status = ask<FreshKey>(GenerateKeyRequest{order, KeyType::kEc, 256, true}).status();
  EXPECT_EQ(made, kMostKeysOfAnOrder + 1);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
}

TEST_F(F21_Keeper_Table, TheOldLscStaysUntilTheNewOneIsTaken) {
  const auto order = enrol();
  EXPECT_TRUE(install(order).stored);
  const auto old = for_sip()->key;
  const auto refused = install(order, "SEP000000000000");
  EXPECT_FALSE(refused.stored);
  EXPECT_EQ(refused.reason, "the certificate is for \"SEP000000000000\", not for SEP0A1B2C3D4E5F");
  const std::string other = crypto::PublicKey::adopt(EVP_RSA_gen(2048))->spki();
  EXPECT_EQ(ask<StoreCertificateAnswer>(StoreCertificateRequest{order, Kind::kLsc, issue(kDevice, other), {}})->reason,
            "the certificate is not for the newly generated key");
  EXPECT_FALSE(ask<StoreCertificateAnswer>(StoreCertificateRequest{order, Kind::kLsc, "no certificate", {}})->stored);
  EXPECT_EQ(for_sip()->key, old);
  EXPECT_TRUE(ask<std::string>(sip_signature("text", old)).ok());
  EXPECT_TRUE(install(order).stored);
  EXPECT_NE(for_sip()->key, old);
}

TEST_F(F21_Keeper_Table, OnlyTheOrderThatStandsMayUseKeys) {
  const auto first = enrol();
  const auto second = enrol();
  EXPECT_GT(second, first);
  EXPECT_TRUE(absl::IsAborted(ask<FreshKey>(GenerateKeyRequest{first, KeyType::kRsa, 2048, false}).status()));
  caf::anon_send(certificate_store_, Report{second, Phase::kNothingToDo, "", "", {}});
  EXPECT_TRUE(absl::IsAborted(ask<FreshKey>(GenerateKeyRequest{second, KeyType::kRsa, 2048, false}).status()));
}

TEST_F(F21_Keeper_Table, EcIsMadeWhenTheTrustListsAllowIt) {
  const auto order = enrol();
  EXPECT_TRUE(absl::IsFailedPrecondition(ask<FreshKey>(GenerateKeyRequest{order, KeyType::kEc, 384, false}).status()));
  const auto fresh = ask<FreshKey>(GenerateKeyRequest{order, KeyType::kEc, 384, true});
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  EXPECT_TRUE(
      ask<StoreCertificateAnswer>(StoreCertificateRequest{order, Kind::kLsc, issue(kDevice, fresh->spki), {}})->stored);
  EXPECT_EQ(for_sip()->kind, Kind::kLsc);
}

TEST_F(F21_Keeper_Table, AKeyThatWasNeverUsedIsGoneAfterTheNextStart) {
  const auto order = enrol();
  EXPECT_TRUE(ask<FreshKey>(GenerateKeyRequest{order, KeyType::kRsa, 2048, false}).ok());
  stop();
  start();
  EXPECT_EQ(keys_in_token(), 1U);
}

TEST_F(F83_Keeper_Table, TheMicIsNeverDeletedAndTheLscIsOnce) {
  const auto order = enrol();
  EXPECT_TRUE(install(order).stored);
  EXPECT_TRUE(
      absl::IsPermissionDenied(ask<DeleteCertificateAnswer>(DeleteCertificateRequest{order, Kind::kMic}).status()));
  EXPECT_TRUE(ask<DeleteCertificateAnswer>(DeleteCertificateRequest{order, Kind::kLsc})->deleted);
  EXPECT_FALSE(ask<DeleteCertificateAnswer>(DeleteCertificateRequest{order, Kind::kLsc})->deleted);
  EXPECT_EQ(for_sip()->kind, Kind::kMic);
}

// What CAPF's TLS may be goes with the order: as the policy has it now, also of an order that waits, and after a
// restart.
TEST_F(F21_Keeper_Table, AnOrderSaysWhatTlsMayBeSpoken) {
  const auto published = [this] {
    const std::lock_guard lock(mutex_);
    return published_;
  };
  enrol();
  EXPECT_EQ(published(), tls::Policy{});
  const tls::Policy strict{.client_minimum = tls::kTls13, .fips = true, .switched_off = 1U << 5};
  caf::anon_send(certificate_store_, PolicyChanged{.kept = {.fips = true, .tls = strict}});
  EXPECT_TRUE(for_sip().ok()) << "the change has been made before this answer";
  EXPECT_EQ(published(), strict);
  stop();
  start();
  EXPECT_TRUE(for_sip().ok());
  EXPECT_EQ(published(), strict);
}

TEST_F(F4_F35_Keeper_Table, LockedSettingsKeepAUserFromEnrollingButNotTheConfiguration) {
  Order order;
  order.operation = Operation::kCapfSession;
  order.authentication = CapfAuthentication::kNullString;
  order.servers = {{"127.0.0.1", 3804}};
  order.by_user = true;
  EXPECT_TRUE(ask<EnrolAnswer>(order).ok());
  caf::anon_send(certificate_store_, PolicyChanged{.kept = {.lock = settings::Lock::kPassword}});
  const auto refused = ask<EnrolAnswer>(order);
  EXPECT_TRUE(absl::IsPermissionDenied(refused.status())) << refused.status();
  EXPECT_NE(refused.status().message().find("phonectl unlock"), std::string::npos);
  stop();
  start();
  EXPECT_TRUE(absl::IsPermissionDenied(ask<EnrolAnswer>(order).status())) << "over a restart too";
  order.by_user = false;
  EXPECT_TRUE(ask<EnrolAnswer>(order).ok());
}

TEST_F(F83_Keeper_Table, AStrangerGetsNoSignature) {
  SignRequest order = sip_signature("text");
  order.caller = Caller::kPolicy;
  EXPECT_TRUE(absl::IsPermissionDenied(ask<std::string>(order).status()));
}

TEST_F(F83_Keeper_Table, ASignatureIsMadeOverWhatThePurposeSignsAlone) {
  const auto why = [this](auto change) {
    SignRequest order = sip_signature("text");
    change(order);
    if (!order.content.empty()) order.input = crypto::digest(order.digest, order.content);
    const auto signature = ask<std::string>(order);
    return std::pair(signature.status().code(), std::string(signature.status().message()));
  };
  using Refusal = std::pair<absl::StatusCode, std::string>;
  EXPECT_EQ(why([](SignRequest& order) { order.content.clear(); }),
            Refusal(absl::StatusCode::kInvalidArgument,
                    "a signature for SIP TLS needs the signed content, not only its digest"));
  EXPECT_EQ(why([](SignRequest& order) { order.content = tls13_content("text", "server"); }).first,
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(why([](SignRequest& order) { order.content = "a letter"; }),
            Refusal(absl::StatusCode::kPermissionDenied,
                    "not what SIP TLS signs: no handshake in which this certificate is the client's"));
  SignRequest other = sip_signature("text");
  other.input = crypto::digest(Digest::kSha256, "another");
  EXPECT_EQ(ask<std::string>(other).status().message(), "the input is not the digest of the content");
  // The enrolment process cannot have a proof for CAPF made that is one for TLS.
  EXPECT_EQ(why([](SignRequest& order) {
              order.caller = Caller::kEnrolment;
              order.purpose = Purpose::kCapfProof;
              order.scheme = Scheme::kRsaPkcs1Bare;
              order.digest = Digest::kSha512;
            }).first,
            absl::StatusCode::kPermissionDenied);
}

TEST_F(F83_Keeper_Table, UnwrapHasOneAnswerForEveryFailure) {
  for (const size_t size : {64U, 255U, 256U, 512U}) {
    const auto answer = ask<UnwrapAnswer>(UnwrapRequest{Caller::kPolicy, Purpose::kFileUnwrap, std::string(size, 'x')});
    ASSERT_TRUE(answer.ok());
    EXPECT_FALSE(answer->unwrapped);
    EXPECT_TRUE(answer->content_key.empty());
  }
}

TEST_F(F36_Keeper_Table, AShortLscBlocksInFipsModeAlsoAfterARestart) {
  const auto order = enrol();
  const auto fresh = ask<FreshKey>(GenerateKeyRequest{order, KeyType::kRsa, 1024, false});
  EXPECT_TRUE(
      ask<StoreCertificateAnswer>(StoreCertificateRequest{order, Kind::kLsc, issue(kDevice, fresh->spki), {}})->stored);
  EXPECT_TRUE(for_sip().ok());
  caf::anon_send(certificate_store_, PolicyChanged{.kept = {.fips = true}});
  EXPECT_EQ(for_sip().status().message(), "Cert key size is not FIPS compliant (LSC, RSA 1024; 2048 needed)");
  stop();
  start();
  EXPECT_EQ(for_sip().status().message(), "Cert key size is not FIPS compliant (LSC, RSA 1024; 2048 needed)");
}

}  // namespace
}  // namespace phone::certificates
