// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// test_certificate_store.hpp -- the owner of keys and certificates with a real token, an enrolment played by hand.
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>

#include <gtest/gtest.h>
#include <caf/all.hpp>

#include "common/flash/file.hpp"
#include "services/certificate_manager/certificate_store_actor.hpp"
#include "services/certificate_manager/state_record.hpp"
#include "services/certificate_manager/token/manufacture.hpp"
#include "tests/unit/certificate_manager/issue.hpp"
#include "tests/unit/certificate_manager/signable.hpp"

namespace phone::certificates {

class CertificateStoreTest : public ::testing::Test {
 protected:
  static constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

  static void SetUpTestSuite() {
    if (!state_.empty() || !std::filesystem::exists(kSoftHsm)) return;
    std::ifstream file(PHONE_SHARED_DIR "/testdata/cisco/pki/mic-rsa2048.pem");
    std::stringstream pem;
    pem << file.rdbuf();
    if (pem.str().empty()) return;
    char directory[] = "/tmp/phone-keeper-XXXXXX";
    state_ = mkdtemp(directory);
    std::atexit([] { std::filesystem::remove_all(state_); });
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

  void start(bool waits_for_state_dir = false) {
    system_ = std::make_unique<caf::actor_system>(config_);
    system_->await_actors_before_shutdown(false);
    const Token::Options options{kSoftHsm, *read_pin(state_)};
    std::shared_ptr<Token> first = *Token::open(options);
    auto opened = open_certificates(state_, *first);
    ASSERT_TRUE(opened.ok()) << opened.status();
    problems_ = opened->problems;
    signer_ = spawn_signer(*system_, std::move(first));
    maker_ = spawn_maker(*system_, *Token::open(options));
    certificate_store_ =
        spawn_certificate_store(*system_, {.state = state_,
                                           .certificates = opened->certificates,
                                           .device = kDevice,
                                           .policy = read_policy(state_),
                                           .trial = opened->trial,
                                           .waits_for_state_dir = waits_for_state_dir,
                                           .order = read_order(state_),
                                           .signer = signer_,
                                           .maker = maker_,
                                           .publish = [this](const Snapshot& snapshot) { seen(snapshot); },
                                           .publish_order =
                                               [this](const Order& order) {
                                                 const std::lock_guard lock(mutex_);
                                                 published_ = order.tls;
                                               },
                                           .event_log = &event_log_});
  }
  void stop() {
    if (!system_) return;
    for (auto actor : {caf::actor_cast<caf::actor>(certificate_store_), caf::actor_cast<caf::actor>(signer_),
                       caf::actor_cast<caf::actor>(maker_)}) {
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    }
    certificate_store_ = CertificateStoreActor();
    signer_ = TokenActor();
    maker_ = TokenActor();
    system_.reset();
  }

  template <class Result, class Message>
  absl::StatusOr<Result> ask(Message message) {
    caf::scoped_actor self(*system_);
    absl::StatusOr<Result> result = absl::UnknownError("no answer");
    self->request(certificate_store_, std::chrono::seconds(60), std::move(message))
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
  absl::StatusOr<LookupAnswer> for_sip() {
    return ask<LookupAnswer>(LookupRequest{Caller::kSignaling, Purpose::kSipTls, {}});
  }
  SignRequest sip_signature(const std::string& text, std::string fingerprint = {}) {
    const std::string content = tls13_content(text);
    return {Caller::kSignaling,
            Purpose::kSipTls,
            Scheme::kRsaPss,
            crypto::Digest::kSha256,
            crypto::digest(crypto::Digest::kSha256, content),
            {},
            std::move(fingerprint),
            content};
  }
  // An LSC as CAPF brings it.
  StoreCertificateAnswer install(std::uint64_t order, const std::string& name = kDevice) {
    const auto fresh = ask<FreshKey>(GenerateKeyRequest{order, KeyType::kRsa, 2048, false});
    return *ask<StoreCertificateAnswer>(StoreCertificateRequest{order, Kind::kLsc, issue(name, fresh->spki), {}});
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
  absl::StatusOr<LookupAnswer> for_eap() {
    return ask<LookupAnswer>(LookupRequest{Caller::kSupplicant, Purpose::kEapTlsWired, {}});
  }
  size_t keys_in_token() { return (*Token::open({kSoftHsm, *read_pin(state_)}))->keys()->size(); }

  static inline std::filesystem::path state_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  mesh::EventLog event_log_{"test"};
  TokenActor signer_, maker_;
  std::mutex mutex_;
  tls::Policy published_;  // guarded
  CertificateStoreActor certificate_store_;
  std::vector<std::string> problems_;
  Snapshot snapshot_;
};

}  // namespace phone::certificates
