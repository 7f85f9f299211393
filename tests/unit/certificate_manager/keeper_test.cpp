// F14, F21, F36, F83: the owner of keys and certificates with a real token, an enrolment played by hand.
#include "services/certificate_manager/keeper_actor.hpp"

#include <stdlib.h>

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>

#include <gtest/gtest.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <caf/all.hpp>

#include "common/flash/file.hpp"
#include "services/certificate_manager/manufacture.hpp"
#include "services/certificate_manager/state_record.hpp"
#include "tests/unit/certificate_manager/signable.hpp"

namespace phone::certificates {
namespace {

namespace fs = std::filesystem;
using crypto::Digest;

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

// What a CAPF server issues.
std::string issue(const std::string& common_name, const std::string& spki, long from = -60, long until = 3600) {
  static const crypto::EvpPkeyPtr issuer(EVP_RSA_gen(2048));
  const crypto::X509Ptr made(X509_new());
  X509_set_version(made.get(), 2);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), until);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  const auto key = crypto::PublicKey::from_spki(spki);
  X509_set_pubkey(made.get(), key->get());
  X509_sign(made.get(), issuer.get(), EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509(made.get(), &der);
  const crypto::OpensslBytes held(der);
  return {reinterpret_cast<char*>(der), static_cast<size_t>(size)};
}

class KeeperTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!state_.empty() || !fs::exists(kSoftHsm)) return;
    std::ifstream file(PHONE_SHARED_DIR "/testdata/cisco/pki/mic-rsa2048.pem");
    std::stringstream pem;
    pem << file.rdbuf();
    if (pem.str().empty()) return;
    char folder[] = "/tmp/phone-keeper-XXXXXX";
    state_ = mkdtemp(folder);
    std::atexit([] { fs::remove_all(state_); });
    Manufacture order;
    order.state = state_;
    order.device = kDevice;
    order.certificate_pem = pem.str();
    order.key_pem = crypto::Secret(pem.str());
    ASSERT_TRUE(manufacture(order).ok());
  }
  void SetUp() override {
    if (state_.empty()) GTEST_SKIP() << "no SoftHSM2 or no testdata";
    ASSERT_TRUE(flash::remove(chain_file(state_, Kind::kLsc)).ok());
    ASSERT_TRUE(flash::remove(state_ / "policy").ok());
    ASSERT_TRUE(end_trial(state_).ok());
    start();
  }
  void TearDown() override { stop(); }

  void start(bool waits_for_folder = false) {
    system_ = std::make_unique<caf::actor_system>(config_);
    system_->await_actors_before_shutdown(false);
    const Token::Options options{kSoftHsm, *read_pin(state_)};
    std::shared_ptr<Token> first = *Token::open(options);
    auto opened = open_certificates(state_, *first);
    ASSERT_TRUE(opened.ok()) << opened.status();
    problems_ = opened->problems;
    signer_ = spawn_signer(*system_, std::move(first));
    maker_ = spawn_maker(*system_, *Token::open(options));
    keeper_ = spawn_keeper(*system_, {.state = state_,
                                      .certificates = opened->certificates,
                                      .device = kDevice,
                                      .policy = read_policy(state_),
                                      .trial = opened->trial,
                                      .waits_for_folder = waits_for_folder,
                                      .order = read_order(state_),
                                      .signer = signer_,
                                      .maker = maker_,
                                      .publish = [this](const Snapshot& snapshot) { seen(snapshot); },
                                      .publish_order =
                                          [this](const Order& order) {
                                            const std::lock_guard lock(mutex_);
                                            published_ = order.tls;
                                          },
                                      .journal = &journal_});
  }
  void stop() {
    if (!system_) return;
    for (auto actor : {caf::actor_cast<caf::actor>(keeper_), caf::actor_cast<caf::actor>(signer_),
                       caf::actor_cast<caf::actor>(maker_)}) {
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    }
    keeper_ = KeeperActor();
    signer_ = TokenActor();
    maker_ = TokenActor();
    system_.reset();
  }

  template <class Result, class Message>
  absl::StatusOr<Result> ask(Message message) {
    caf::scoped_actor self(*system_);
    absl::StatusOr<Result> result = absl::UnknownError("no answer");
    self->request(keeper_, std::chrono::seconds(60), std::move(message))
        .receive([&](Result& answer) { result = std::move(answer); },
                 [&](caf::error& error) { result = mesh::to_status(error); });
    return result;
  }

  std::uint64_t enrol() {
    Order order;
    order.operation = Operation::kCapfSession;
    order.authentication = CapfAuthentication::kNullString;
    order.servers = {{"127.0.0.1", 3804}};
    return ask<EnrolAnswer>(order)->order;
  }
  absl::StatusOr<LookAnswer> for_sip() { return ask<LookAnswer>(LookOrder{Caller::kSignaling, Purpose::kSipTls, {}}); }
  SignOrder sip_signature(const std::string& text, std::string fingerprint = {}) {
    const std::string content = tls13_content(text);
    return {Caller::kSignaling,
            Purpose::kSipTls,
            Scheme::kRsaPss,
            Digest::kSha256,
            crypto::digest(Digest::kSha256, content),
            {},
            std::move(fingerprint),
            content};
  }
  // An LSC as CAPF brings it.
  StoreAnswer install(std::uint64_t order, const std::string& name = kDevice) {
    const auto fresh = ask<FreshKey>(GenerateOrder{order, KeyType::kRsa, 2048, false});
    return *ask<StoreAnswer>(StoreOrder{order, Kind::kLsc, issue(name, fresh->spki), {}});
  }
  void seen(const Snapshot& snapshot) {
    const std::lock_guard lock(mutex_);
    snapshot_ = snapshot;
  }
  Snapshot snapshot() {
    for_sip().IgnoreError();  // what was sent before has been handled
    const std::lock_guard lock(mutex_);
    return snapshot_;
  }
  bool report(const std::string& key, bool held) {
    return ask<UseAnswer>(UseReport{key, held, "10.0.0.1", held ? "" : "alert bad certificate"})->show_another;
  }
  absl::StatusOr<LookAnswer> for_eap() {
    return ask<LookAnswer>(LookOrder{Caller::kSupplicant, Purpose::kEapTlsWired, {}});
  }
  size_t keys_in_token() { return (*Token::open({kSoftHsm, *read_pin(state_)}))->keys()->size(); }

  static inline fs::path state_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  mesh::Journal journal_{"test"};
  TokenActor signer_, maker_;
  std::mutex mutex_;
  tls::Policy published_;  // guarded
  KeeperActor keeper_;
  std::vector<std::string> problems_;
  Snapshot snapshot_;
};

class F14_Lsc_Table : public KeeperTest {};
class F21_Keeper_Table : public KeeperTest {};
class F83_Keeper_Table : public KeeperTest {};
class F36_Keeper_Table : public KeeperTest {};
class F82_Keeper_Table : public KeeperTest {};

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
  auto waiting = self->request(keeper_, std::chrono::seconds(60), order);
  EXPECT_TRUE(ask<std::string>(sip_signature("text", lsc)).ok()) << "a signature is a read";
  EXPECT_EQ(read_order(state_).operation, Operation::kCapfSession) << "the order of before, untouched";
  const auto number = read_order(state_).number;
  caf::anon_send(keeper_, FolderTaken{{}, KeptPolicy{}, read_order(state_), {}});
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

class F86_Keeper_Table : public KeeperTest {};

TEST_F(F86_Keeper_Table, TheLscBeforeIsKeptUntilARegistrationHasHeldWithTheNewOne) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  EXPECT_FALSE(report(first, true));
  EXPECT_FALSE(snapshot().trial) << "proven";
  EXPECT_EQ(keys_in_token(), 2U);
  EXPECT_TRUE(install(enrol()).stored);
  const auto second = for_sip()->key;
  EXPECT_NE(second, first);
  ASSERT_TRUE(snapshot().trial && snapshot().trial->before);
  EXPECT_EQ(snapshot().trial->before->key, first);
  EXPECT_EQ(keys_in_token(), 3U);
  report(first, true);  // a connection of before
  EXPECT_TRUE(snapshot().trial);
  EXPECT_TRUE(ask<std::string>(sip_signature("text", first)).ok()) << "a handshake that was begun goes on";
  report(second, true);
  EXPECT_FALSE(snapshot().trial);
  EXPECT_EQ(for_sip()->key, second);
  stop();
  EXPECT_EQ(keys_in_token(), 2U) << "the old key is gone";
  start();
  EXPECT_EQ(for_sip()->key, second);
}

TEST_F(F86_Keeper_Table, RefusedByTheCallManagersTheNewOneGivesWayToTheOneBeforeAlsoOverARestart) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  report(first, true);
  EXPECT_TRUE(install(enrol()).stored);
  const auto second = for_sip()->key;
  EXPECT_FALSE(report(second, false));
  stop();
  start();  // the trial is on flash
  ASSERT_TRUE(snapshot().trial);
  EXPECT_EQ(for_sip()->key, second);
  EXPECT_FALSE(report(second, false));
  EXPECT_FALSE(report(second, false));
  EXPECT_TRUE(report(second, false)) << "another is to be shown";
  EXPECT_EQ(for_sip()->key, first);
  EXPECT_FALSE(snapshot().trial);
  EXPECT_EQ(snapshot().fallen_back,
            "the new LSC was refused by 10.0.0.1 (alert bad certificate): the LSC before is in force again");
  EXPECT_TRUE(ask<std::string>(sip_signature("text", first)).ok());
  stop();
  EXPECT_EQ(keys_in_token(), 2U);
  start();
  EXPECT_EQ(for_sip()->key, first);
}

TEST_F(F86_Keeper_Table, WithoutAnLscBeforeTheMicComesBack) {
  const auto mic = for_sip()->key;
  EXPECT_TRUE(install(enrol()).stored);
  const auto lsc = for_sip()->key;
  for (int i = 0; i < kMostRefusals; ++i) report(lsc, false);
  EXPECT_EQ(for_sip()->key, mic);
  EXPECT_EQ(snapshot().fallen_back,
            "the new LSC was refused by 10.0.0.1 (alert bad certificate): the MIC serves again");
  stop();
  start();
  EXPECT_EQ(for_sip()->key, mic);
  EXPECT_EQ(keys_in_token(), 1U);
}

TEST_F(F86_Keeper_Table, ADeletedLscComesBackWhenTheMicAloneIsRefused) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto lsc = for_sip()->key;
  report(lsc, true);
  const auto order = enrol();
  EXPECT_TRUE(ask<DeleteAnswer>(DeleteOrder{order, Kind::kLsc})->deleted);
  const auto mic = for_sip()->key;
  EXPECT_NE(mic, lsc);
  stop();
  start();
  EXPECT_EQ(for_sip()->key, mic);
  ASSERT_TRUE(snapshot().trial);
  for (int i = 0; i < kMostRefusals; ++i) report(mic, false);
  EXPECT_EQ(for_sip()->key, lsc);
  // And is gone for good when it holds.
  EXPECT_TRUE(ask<DeleteAnswer>(DeleteOrder{enrol(), Kind::kLsc})->deleted);
  report(mic, true);
  EXPECT_FALSE(snapshot().trial);
  stop();
  EXPECT_EQ(keys_in_token(), 1U);
  start();
  EXPECT_EQ(for_sip()->key, mic);
}

// Every state of flash that a power cut can leave between the three writes of a change.
TEST_F(F86_Keeper_Table, APowerCutLeavesTheOldOneOrTheNewOneOnTrial) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  report(first, true);
  const auto file = [](const fs::path& path) { return flash::read(path, 1 << 20).value_or(""); };
  const std::string old_lsc = file(chain_file(state_, Kind::kLsc));
  EXPECT_TRUE(install(enrol()).stored);
  const auto second = for_sip()->key;
  const std::string before = file(before_file(state_)), record = file(trial_file(state_)),
                    new_lsc = file(chain_file(state_, Kind::kLsc));
  ASSERT_FALSE(before.empty() || record.empty());
  // The cut came before the certificate: the record fits nothing, and what is there was proven.
  stop();
  ASSERT_TRUE(flash::write(chain_file(state_, Kind::kLsc), old_lsc).ok());
  start();
  EXPECT_EQ(for_sip()->key, first);
  EXPECT_FALSE(snapshot().trial);
  EXPECT_FALSE(fs::exists(trial_file(state_)) || fs::exists(before_file(state_)));
  // Only the copy was written.
  stop();
  ASSERT_TRUE(flash::write(before_file(state_), before).ok());
  start();
  EXPECT_EQ(for_sip()->key, first);
  EXPECT_FALSE(fs::exists(before_file(state_)));
}

TEST_F(F86_Keeper_Table, AnLscOnTrialThatFlashHasSpoiltGivesWayToTheOneBefore) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  report(first, true);
  EXPECT_TRUE(install(enrol()).stored);
  stop();
  ASSERT_TRUE(flash::write(chain_file(state_, Kind::kLsc), "spoilt").ok());
  start();
  EXPECT_EQ(for_sip()->key, first);
  ASSERT_FALSE(problems_.empty());
  EXPECT_NE(problems_.back().find("the one before it is in force again"), std::string::npos);
  stop();
  start();
  EXPECT_EQ(for_sip()->key, first);
  EXPECT_TRUE(problems_.empty());
}

TEST_F(F86_Keeper_Table, AnotherChangeDuringATrialKeepsWhatWasProven) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto first = for_sip()->key;
  report(first, true);
  EXPECT_TRUE(install(enrol()).stored);
  EXPECT_TRUE(install(enrol()).stored);
  const auto third = for_sip()->key;
  ASSERT_TRUE(snapshot().trial && snapshot().trial->before);
  EXPECT_EQ(snapshot().trial->before->key, first);
  for (int i = 0; i < kMostRefusals; ++i) report(third, false);
  EXPECT_EQ(for_sip()->key, first);
  stop();
  EXPECT_EQ(keys_in_token(), 2U);
  start();
}

TEST_F(F86_Keeper_Table, TheNetworkIsEnteredWithWhatHasServedUntilTheNewOneIsProven) {
  const auto mic = for_eap()->key;
  caf::anon_send(keeper_, PolicyChange{.kept = {.registers_by_tls = true}});
  EXPECT_TRUE(install(enrol()).stored);
  const auto lsc = for_sip()->key;
  EXPECT_EQ(for_eap()->key, mic);
  stop();
  start();
  EXPECT_EQ(for_eap()->key, mic) << "that registrations are by TLS is kept";
  report(lsc, true);
  EXPECT_EQ(for_eap()->key, lsc);
}

TEST_F(F86_Keeper_Table, WhereNoRegistrationCanProveItTheNewOneServesAtOnce) {
  EXPECT_TRUE(install(enrol()).stored);
  EXPECT_EQ(for_eap()->key, for_sip()->key);
}

TEST_F(F14_Lsc_Table, WhatOurOwnTlsRefusesIsNotTakenAndTheOldOneStays) {
  EXPECT_TRUE(install(enrol()).stored);
  const auto old = for_sip()->key;
  const auto order = enrol();
  EXPECT_EQ(ask<FreshKey>(GenerateOrder{order, KeyType::kRsa, 512, false}).status().message(),
            "RSA 512 is too short a key for TLS");
  const auto fresh = ask<FreshKey>(GenerateOrder{order, KeyType::kRsa, 2048, false});
  const auto reason = [&](long from, long until) {
    return ask<StoreAnswer>(StoreOrder{order, Kind::kLsc, issue(kDevice, fresh->spki, from, until), {}})->reason;
  };
  EXPECT_NE(reason(-7200, -60).find("the certificate is of no use: it has expired on"), std::string::npos);
  EXPECT_NE(reason(7200, 9000).find("is not valid before"), std::string::npos);
  EXPECT_EQ(for_sip()->key, old);
}

TEST_F(F21_Keeper_Table, WhatEnrolmentSaysItHasDoneIsLookedUp) {
  const auto order = enrol();
  for (const Phase phase : {Phase::kInstalled, Phase::kDeleted}) {
    const auto number = phase == Phase::kInstalled ? order : enrol();
    caf::anon_send(keeper_, Report{number, phase, "", "", {}});
    EXPECT_EQ(snapshot().report.phase, Phase::kFailed);
    EXPECT_NE(snapshot().report.reason.find("enrolment says"), std::string::npos) << snapshot().report.reason;
  }
  const auto good = enrol();
  EXPECT_TRUE(install(good).stored);
  caf::anon_send(keeper_, Report{good, Phase::kInstalled, "", "", {}});
  EXPECT_EQ(snapshot().report.phase, Phase::kInstalled);
}

TEST_F(F21_Keeper_Table, AReportOverARestartIsStillTrue) {
  const auto order = enrol();
  EXPECT_TRUE(install(order).stored);
  stop();
  start();
  caf::anon_send(keeper_, Report{order, Phase::kInstalled, "", "", {}});
  EXPECT_EQ(snapshot().report.phase, Phase::kInstalled);
}

TEST_F(F21_Keeper_Table, AnOrderMakesNoKeysWithoutEnd) {
  const auto order = enrol();
  absl::Status status;
  int made = 0;
  for (; status.ok() && made < 100; ++made)
    status = ask<FreshKey>(GenerateOrder{order, KeyType::kEc, 256, true}).status();
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
  EXPECT_EQ(ask<StoreAnswer>(StoreOrder{order, Kind::kLsc, issue(kDevice, other), {}})->reason,
            "the certificate is not for the key just made");
  EXPECT_FALSE(ask<StoreAnswer>(StoreOrder{order, Kind::kLsc, "no certificate", {}})->stored);
  EXPECT_EQ(for_sip()->key, old);
  EXPECT_TRUE(ask<std::string>(sip_signature("text", old)).ok());
  EXPECT_TRUE(install(order).stored);
  EXPECT_NE(for_sip()->key, old);
}

TEST_F(F21_Keeper_Table, OnlyTheOrderThatStandsMayUseKeys) {
  const auto first = enrol();
  const auto second = enrol();
  EXPECT_GT(second, first);
  EXPECT_TRUE(absl::IsAborted(ask<FreshKey>(GenerateOrder{first, KeyType::kRsa, 2048, false}).status()));
  caf::anon_send(keeper_, Report{second, Phase::kNothingToDo, "", "", {}});
  EXPECT_TRUE(absl::IsAborted(ask<FreshKey>(GenerateOrder{second, KeyType::kRsa, 2048, false}).status()));
}

TEST_F(F21_Keeper_Table, EcIsMadeWhenTheTrustListsAllowIt) {
  const auto order = enrol();
  EXPECT_TRUE(absl::IsFailedPrecondition(ask<FreshKey>(GenerateOrder{order, KeyType::kEc, 384, false}).status()));
  const auto fresh = ask<FreshKey>(GenerateOrder{order, KeyType::kEc, 384, true});
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  EXPECT_TRUE(ask<StoreAnswer>(StoreOrder{order, Kind::kLsc, issue(kDevice, fresh->spki), {}})->stored);
  EXPECT_EQ(for_sip()->kind, Kind::kLsc);
}

TEST_F(F21_Keeper_Table, AKeyThatWasNeverUsedIsGoneAfterTheNextStart) {
  const auto order = enrol();
  EXPECT_TRUE(ask<FreshKey>(GenerateOrder{order, KeyType::kRsa, 2048, false}).ok());
  stop();
  start();
  EXPECT_EQ(keys_in_token(), 1U);
}

TEST_F(F83_Keeper_Table, TheMicIsNeverDeletedAndTheLscIsOnce) {
  const auto order = enrol();
  EXPECT_TRUE(install(order).stored);
  EXPECT_TRUE(absl::IsPermissionDenied(ask<DeleteAnswer>(DeleteOrder{order, Kind::kMic}).status()));
  EXPECT_TRUE(ask<DeleteAnswer>(DeleteOrder{order, Kind::kLsc})->deleted);
  EXPECT_FALSE(ask<DeleteAnswer>(DeleteOrder{order, Kind::kLsc})->deleted);
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
  caf::anon_send(keeper_, PolicyChange{.kept = {.fips = true, .tls = strict}});
  EXPECT_TRUE(for_sip().ok()) << "the change has been made before this answer";
  EXPECT_EQ(published(), strict);
  stop();
  start();
  EXPECT_TRUE(for_sip().ok());
  EXPECT_EQ(published(), strict);
}

TEST_F(F83_Keeper_Table, AStrangerGetsNoSignature) {
  SignOrder order = sip_signature("text");
  order.caller = Caller::kPolicy;
  EXPECT_TRUE(absl::IsPermissionDenied(ask<std::string>(order).status()));
}

TEST_F(F83_Keeper_Table, ASignatureIsMadeOverWhatThePurposeSignsAlone) {
  const auto why = [this](auto change) {
    SignOrder order = sip_signature("text");
    change(order);
    if (!order.content.empty()) order.input = crypto::digest(order.digest, order.content);
    const auto signature = ask<std::string>(order);
    return std::pair(signature.status().code(), std::string(signature.status().message()));
  };
  using Refusal = std::pair<absl::StatusCode, std::string>;
  EXPECT_EQ(why([](SignOrder& order) { order.content.clear(); }),
            Refusal(absl::StatusCode::kInvalidArgument,
                    "a signature for SIP TLS needs what is signed, not its digest alone"));
  EXPECT_EQ(why([](SignOrder& order) { order.content = tls13_content("text", "server"); }).first,
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(why([](SignOrder& order) { order.content = "a letter"; }),
            Refusal(absl::StatusCode::kPermissionDenied,
                    "not what SIP TLS signs: no handshake in which this certificate is the client's"));
  SignOrder other = sip_signature("text");
  other.input = crypto::digest(Digest::kSha256, "another");
  EXPECT_EQ(ask<std::string>(other).status().message(), "input is not the digest of the content");
  // The enrolment process cannot have a proof for CAPF made that is one for TLS.
  EXPECT_EQ(why([](SignOrder& order) {
              order.caller = Caller::kEnrolment;
              order.purpose = Purpose::kCapfProof;
              order.scheme = Scheme::kRsaPkcs1Bare;
              order.digest = Digest::kSha512;
            }).first,
            absl::StatusCode::kPermissionDenied);
}

TEST_F(F83_Keeper_Table, UnwrapHasOneAnswerForEveryFailure) {
  for (const size_t size : {64U, 255U, 256U, 512U}) {
    const auto answer = ask<UnwrapAnswer>(UnwrapOrder{Caller::kPolicy, Purpose::kFileUnwrap, std::string(size, 'x')});
    ASSERT_TRUE(answer.ok());
    EXPECT_FALSE(answer->unwrapped);
    EXPECT_TRUE(answer->content_key.empty());
  }
}

TEST_F(F36_Keeper_Table, AShortLscBlocksInFipsModeAlsoAfterARestart) {
  const auto order = enrol();
  const auto fresh = ask<FreshKey>(GenerateOrder{order, KeyType::kRsa, 1024, false});
  EXPECT_TRUE(ask<StoreAnswer>(StoreOrder{order, Kind::kLsc, issue(kDevice, fresh->spki), {}})->stored);
  EXPECT_TRUE(for_sip().ok());
  caf::anon_send(keeper_, PolicyChange{.kept = {.fips = true}});
  EXPECT_EQ(for_sip().status().message(), "Cert key size is not FIPS compliant");
  stop();
  start();
  EXPECT_EQ(for_sip().status().message(), "Cert key size is not FIPS compliant");
}

}  // namespace
}  // namespace phone::certificates
