// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/capf/phone_and_lab.hpp"

#include <stdlib.h>

#include "common/flash/file.hpp"
#include "services/certificate_manager/state_record.hpp"
#include "services/certificate_manager/token/manufacture.hpp"
#include "tests/unit/certificate_manager/signable.hpp"
#include "tools/lab/issue.hpp"

namespace phone::certificates {
namespace {

namespace fs = std::filesystem;
using enrolment::Proof;

// The lab's session at the other end of a wire without length.
class Wire final : public enrolment::Transport {
 public:
  explicit Wire(lab::CapfSession& session) : session_(session), pending_(session.start()) {}
  absl::Status write(std::string_view bytes, absl::Time) override {
    pending_ += session_.receive(bytes).send;
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> read_exactly(size_t size, absl::Time) override {
    if (pending_.size() < size) return absl::UnavailableError("closed");
    std::string part = pending_.substr(0, size);
    pending_.erase(0, size);
    return part;
  }

 private:
  lab::CapfSession& session_;
  std::string pending_;
};

}  // namespace

void PhoneAndLab::SetUpTestSuite() {
  if (!dir_.empty() || !fs::exists(kSoftHsm)) return;
  char directory[] = "/tmp/phone-capf-lab-XXXXXX";
  dir_ = mkdtemp(directory);
  std::atexit([] { fs::remove_all(dir_); });
  fs::create_directory(dir_ / "phone");
  ASSERT_TRUE(lab::make_pki(dir_ / "lab", {"127.0.0.1"}).ok());
  const auto pki = *lab::load_pki(dir_ / "lab");
  const auto mic = *lab::issued_by(*pki.manufacturing,
                                   {.subject = {{"CN", std::string("CP-9861-") + kDevice}, {"O", "Lab"}},
                                    .extensions = lab::Extensions::kManufactured},
                                   lab::make_rsa(2048));
  Manufacture order;
  order.state = dir_ / "phone";
  order.device = kDevice;
  order.certificate_pem = mic->certificate_pem();
  order.key_pem = crypto::Secret(mic->key_pem());
  ASSERT_TRUE(manufacture(order).ok());
  ASSERT_TRUE(lab::write_file(pki.mic_file(kDevice), mic->certificate_pem()).ok());
}

void PhoneAndLab::SetUp() {
  if (dir_.empty()) GTEST_SKIP() << "no SoftHSM2";
  for (const char* file : {"policy", "order"}) ASSERT_TRUE(flash::remove(dir_ / "phone" / file).ok());
  ASSERT_TRUE(flash::remove(chain_file(dir_ / "phone", Kind::kLsc)).ok());
  pki_ = *lab::load_pki(dir_ / "lab");
  fs::remove(pki_->lsc_file(kDevice));
  devices_ = std::make_unique<lab::Devices>(*pki_);
  schedule(lab::CapfOperation::kNone, lab::CapfAuth::kNullString);
  event_log_.add("test", mesh::Severity::kInfo, "begin");
  system_ = std::make_unique<caf::actor_system>(config_);
  system_->await_actors_before_shutdown(false);
  const Token::Options options{kSoftHsm, *read_pin(dir_ / "phone")};
  std::shared_ptr<Token> first = *Token::open(options);
  auto opened = open_certificates(dir_ / "phone", *first);
  ASSERT_TRUE(opened.ok()) << opened.status();
  signer_ = spawn_signer(*system_, std::move(first));
  maker_ = spawn_maker(*system_, *Token::open(options));
  certificate_store_ = spawn_certificate_store(*system_, {.state = dir_ / "phone",
                                                          .certificates = opened->certificates,
                                                          .device = kDevice,
                                                          .policy = {},
                                                          .order = {},
                                                          .signer = signer_,
                                                          .maker = maker_,
                                                          .publish = [](const Snapshot&) {},
                                                          .publish_order =
                                                              [this](const Order& order) {
                                                                const std::lock_guard lock(mutex_);
                                                                standing_ = order;
                                                              },
                                                          .event_log = &event_log_,
                                                          .present =
                                                              [this] {
                                                                const std::lock_guard lock(mutex_);
                                                                return clock::Present{.time = now_};
                                                              }});
}

void PhoneAndLab::TearDown() {
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

void PhoneAndLab::tell(caf::message message) {
  caf::anon_send(caf::actor_cast<caf::actor>(certificate_store_), std::move(message));
  // Behind it in the mailbox: answered means that it has been worked on.
  sip_identity();
}

void PhoneAndLab::schedule(lab::CapfOperation operation, lab::CapfAuth auth, lab::KeyOrder key, std::string string) {
  devices_->add({.name = kDevice,
                 .number = "1001",
                 .operation = operation,
                 .auth = auth,
                 .auth_string = std::move(string),
                 .key = key});
}

std::uint64_t PhoneAndLab::order(CapfAuthentication authentication, const std::string& string) {
  Order order;
  order.operation = Operation::kCapfSession;
  order.authentication = authentication;
  order.authentication_string = crypto::Secret::copy_of(string);
  order.servers = {{"127.0.0.1", 3804}};
  return ask<EnrolAnswer>(order)->order;
}

lab::CapfSession PhoneAndLab::session() {
  return {++sessions_,
          *devices_,
          {pki_->capf, pki_->manufacturing},
          [this](const std::string& device, std::string_view spki) -> absl::StatusOr<lab::IdentityPtr> {
            auto request = lab::device_request(*pki_->capf, device);
            request.days = lsc_days_;
            request.not_before = absl::ToTimeT(now_);
            const auto* at = reinterpret_cast<const unsigned char*>(spki.data());
            const lab::KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
            auto made = lab::issue(request, key.get(), pki_->capf.get(), nullptr);
            if (!made.ok()) return made.status();
            return std::make_shared<lab::Identity>(*std::move(made), nullptr);
          }};
}

namespace {

// The key holder as MeshKeyStore has it, without a mesh between.
class AskedKeys final : public enrolment::KeyStorePort {
 public:
  using Ask = std::function<void(caf::message, std::function<void(caf::message&)>)>;
  template <class Test>
  AskedKeys(Test& test, std::uint64_t order, bool mic_only) : order_(order) {
    look_ = [&test, mic_only] {
      return test.template ask_store<LookupAnswer>(
          LookupRequest{Caller::kEnrolment, Purpose::kCapfProof, mic_only ? std::optional(Kind::kMic) : std::nullopt});
    };
    sign_ = [&test](const SignRequest& sign) { return test.template ask_store<std::string>(sign); };
    generate_ = [&test](const GenerateKeyRequest& make) { return test.template ask_store<FreshKey>(make); };
    store_ = [&test](const StoreCertificateRequest& store) {
      return test.template ask_store<StoreCertificateAnswer>(store);
    };
    remove_ = [&test](const DeleteCertificateRequest& remove) {
      return test.template ask_store<DeleteCertificateAnswer>(remove);
    };
    held_ = [&test] {
      return test.template ask_store<LookupAnswer>(LookupRequest{Caller::kSignaling, Purpose::kSipTls, Kind::kLsc});
    };
    mic_only_ = mic_only;
  }

  absl::StatusOr<Proof> prove(std::uint32_t session) override {
    const auto identity = look_();
    if (!identity.ok()) return identity.status();
    const std::string& der = identity->chain.front();
    const bool rsa = crypto::Certificate::parse(der)->public_key().is_rsa();
    const auto signature = [&](const std::string& input, crypto::Digest digest) {
      return sign_({Caller::kEnrolment, Purpose::kCapfProof, rsa ? Scheme::kRsaPkcs1Bare : Scheme::kEcdsa, digest,
                    crypto::digest(digest, input), identity->kind, identity->key, input})
          .value_or("");
    };
    const std::string input = enrolment::proof_input(kDevice, der);
    Proof proof{der, signature(input, crypto::Digest::kSha1), signature(input, crypto::Digest::kSha512), {}};
    const std::string hardware = enrolment::sudi_input(session, der);
    if (mic_only_ && rsa) {
      proof.sudi = enrolment::SudiProof{der, signature(hardware, crypto::Digest::kSha1),
                                        signature(hardware, crypto::Digest::kSha512)};
    }
    return proof;
  }
  absl::StatusOr<std::string> make_key(const enrolment::MakeKey& request) override {
    const auto made = generate_({order_, request.ec ? KeyType::kEc : KeyType::kRsa, request.bits, true});
    if (!made.ok()) return made.status();
    return made->spki;
  }
  std::string store(const std::string& certificate) override {
    const auto answer = store_({order_, Kind::kLsc, certificate, {}});
    return !answer.ok() ? std::string(answer.status().message()) : answer->stored ? "" : answer->reason;
  }
  absl::StatusOr<std::string> held_lsc() override {
    const auto held = held_();
    if (!held.ok()) return absl::NotFoundError("none");
    return held->chain.front();
  }
  absl::StatusOr<bool> remove_lsc() override {
    const auto answer = remove_({order_, Kind::kLsc});
    if (!answer.ok()) return answer.status();
    return answer->deleted;
  }

 private:
  const std::uint64_t order_;
  bool mic_only_ = false;
  std::function<absl::StatusOr<LookupAnswer>()> look_, held_;
  std::function<absl::StatusOr<std::string>(const SignRequest&)> sign_;
  std::function<absl::StatusOr<FreshKey>(const GenerateKeyRequest&)> generate_;
  std::function<absl::StatusOr<StoreCertificateAnswer>(const StoreCertificateRequest&)> store_;
  std::function<absl::StatusOr<DeleteCertificateAnswer>(const DeleteCertificateRequest&)> remove_;
};

Phase phase_of(const enrolment::Outcome& outcome) {
  switch (outcome.ended) {
    case enrolment::Ended::kInstalled:
      return Phase::kInstalled;
    case enrolment::Ended::kNothingToDo:
      return Phase::kNothingToDo;
    case enrolment::Ended::kDeleted:
      return Phase::kDeleted;
    case enrolment::Ended::kFetched:
      return Phase::kFetched;
    default:
      return Phase::kFailed;
  }
}

}  // namespace

enrolment::SessionResult PhoneAndLab::work() {
  Order order;
  {
    const std::lock_guard lock(mutex_);
    order = standing_;
  }
  progress_.clear();
  const auto report = [&](Phase phase, const std::string& reason) {
    tell(caf::make_message(Report{order.number, phase, "127.0.0.1:3804", reason, {}}));
  };
  report(Phase::kConnecting, "");
  enrolment::SessionResult result{{enrolment::Ended::kFailed, "the server cannot be reached", 0}, true};
  if (!server_is_away_) {
    auto lab = session();
    if (lab_renews_) lab.allow_renewal(absl::ToTimeT(now_));
    Wire wire(lab);
    AskedKeys keys(*this, order.number, order.authentication == CapfAuthentication::kMic);
    result = enrolment::run_session(
        wire, keys,
        {kDevice, order.authentication_string,
         order.authentication == CapfAuthentication::kLsc || order.authentication == CapfAuthentication::kMic},
        [&](enrolment::Progress progress) {
          progress_.push_back(progress);
          report(progress == enrolment::Progress::kAuthenticating  ? Phase::kAuthenticating
                 : progress == enrolment::Progress::kGeneratingKey ? Phase::kGeneratingKey
                                                                   : Phase::kAwaitingCertificate,
                 "");
        },
        [this] { return now_; });
    proven_by_hardware_ = lab.proven_by_hardware();
  }
  report(phase_of(result.outcome), result.outcome.reason);
  return result;
}

bool PhoneAndLab::signs(const KeyId& key) {
  const auto identity = sip_identity();
  const bool rsa = crypto::Certificate::parse(identity.chain.front())->public_key().is_rsa();
  const std::string content = tls13_content("text");
  return ask<std::string>(SignRequest{Caller::kSignaling,
                                      Purpose::kSipTls,
                                      rsa ? Scheme::kRsaPss : Scheme::kEcdsa,
                                      crypto::Digest::kSha256,
                                      crypto::digest(crypto::Digest::kSha256, content),
                                      {},
                                      key,
                                      content})
      .ok();
}

std::vector<std::string> PhoneAndLab::events() const {
  std::vector<std::string> texts;
  const auto feed = event_log_.subscribe(1, [] {});
  while (const auto event = feed->next()) {
    texts.push_back(static_cast<const mesh::v1::Event&>(*event).text());
  }
  return texts;
}

}  // namespace phone::certificates
