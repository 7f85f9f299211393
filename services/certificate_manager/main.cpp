// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <sys/resource.h>

#include <caf/all.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/flash/state_dir_lock.hpp"
#include "common/log/log.hpp"
#include "common/mesh/process/service.hpp"
#include "services/certificate_manager/certificate_rpc.hpp"
#include "services/certificate_manager/certificates/device_name.hpp"
#include "services/certificate_manager/convert.hpp"
#include "services/certificate_manager/enrolment_activator.hpp"
#include "services/certificate_manager/sandbox.hpp"
#include "services/certificate_manager/state_record.hpp"
#include "services/certificate_manager/token/token_directory.hpp"

namespace phone::certificates {
namespace {

// A card that is put back is noticed within this time.
constexpr std::chrono::milliseconds kLookForToken{5000};

class CertificateManager final : public mesh::Service {
 public:
  std::string_view name() const override { return "certificate_manager"; }

  void add_options(phone::mesh::Options& options) override {
    options.add_option("--pkcs11-module", module_, "token library");
    options.add_option("--run-dir", run_dir_, "directory for a copy of the token when flash is read-only",
                       "RUNTIME_DIRECTORY");
  }

  absl::Status open(const mesh::Paths& paths) override {
    paths_ = paths;
    auto turn = flash::StateDirLock::take_or_wait(paths.state_dir);
    if (!turn.ok()) return turn.status();
    turn_.emplace(*std::move(turn));
    if (auto status = use_token_directory(paths.state_dir, run_dir_); !status.ok()) return status;
    auto pin = read_pin(paths.state_dir);
    if (absl::IsNotFound(pin.status()))
      return absl::FailedPreconditionError("this phone has no MIC: run phone-manufacture first");
    if (!pin.ok()) return pin.status();
    token_options_ = {module_, *std::move(pin), paths.state_dir / "pin.refused"};
    if (auto status = open_token(); !status.ok()) return status;
    const auto mic = opened_.certificates.find(Kind::kMic);
    if (mic == opened_.certificates.end()) return absl::FailedPreconditionError("this phone has no valid MIC");
    device_ = device_name(mic->second.leaf().common_name()).value_or("");
    return device_.empty() ? absl::FailedPreconditionError("the MIC contains no device name") : absl::OkStatus();
  }

  // A core of this process would hold the token's keys.
  absl::Status sandbox() override {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return absl::InternalError("core dumps could not be disabled");
    return enter_sandbox(paths_, run_dir_);
  }

  absl::Status start(caf::actor_system& system, mesh::Router& router, os::EventLoop& loop) override {
    event_log_ = std::make_unique<mesh::EventLog>();
    if (!trouble_.ok()) {
      event_log_->add("token.unusable", mesh::Severity::kError,
                      absl::StrCat("No key of this phone can be used: ", trouble_.message()), {}, true);
      token_again_.emplace(loop, [this] { look_for_token(); });
      token_again_->expire_in(kLookForToken);
    }
    for (const auto& problem : opened_.problems) {
      event_log_->add("certificate.unusable", mesh::Severity::kError, "Not in force: " + problem, {}, true);
    }
    auto activator =
        std::make_shared<EnrolmentActivator>(loop, paths_.socket_dir / kEnrolmentSocket);  // the certificate store's
    signer_actor_ = trouble_.ok() ? spawn_signer(system, std::move(signer_)) : spawn_without_token(system, trouble_);
    maker_actor_ = trouble_.ok() ? spawn_maker(system, std::move(maker_)) : spawn_without_token(system, trouble_);
    CertificateStoreSetup setup{.state = paths_.state_dir,
                                .certificates = std::move(opened_.certificates),
                                .device = device_,
                                .policy = read_policy(paths_.state_dir),
                                .trial = std::move(opened_.trial),
                                .waits_for_state_dir = !turn_->ours(),
                                .order = read_order(paths_.state_dir),
                                .signer = signer_actor_,
                                .maker = maker_actor_,
                                .token_trouble = std::string(trouble_.message()),
                                .publish = [this](const Snapshot& snapshot) { state_.set(to_proto(snapshot)); },
                                .publish_order =
                                    [this, activator = std::move(activator)](const Order& order) {
                                      orders_.set(to_proto(order, device_));
                                      activator->set(order.operation != Operation::kNone);
                                    },
                                .event_log = event_log_.get()};
    certificate_store_ = spawn_certificate_store(system, std::move(setup));
    if (!turn_->ours())
      turn_->when_taken(loop, [this, certificate_store = certificate_store_] { take_over(certificate_store); });
    rpc_ = std::make_unique<CertificateRpc>(system, certificate_store_, paths_);
    rpc_->serve(router, state_, orders_, *event_log_);
    rpc_->follow_policy();
    ticker_ = spawn_ticker(system, certificate_store_);
    return absl::OkStatus();
  }

  mesh::EventLog* event_log() override { return event_log_.get(); }

  void stop() override {
    token_again_.reset();
    turn_->stop();
    rpc_->stop();
    rpc_.reset();
    caf::anon_send_exit(ticker_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(certificate_store_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(signer_actor_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(maker_actor_, caf::exit_reason::user_shutdown);
    // The thread of a detached actor ends with the last handle to it, and the actor system waits for these threads.
    ticker_ = caf::actor();
    certificate_store_ = CertificateStoreActor();
    signer_actor_ = TokenActor();
    maker_actor_ = TokenActor();
  }

 private:
  // A token that cannot be used ends nothing: the phone can be asked, and says why. Tried again by restarts, each with
  // a login, the token would lock its PIN.
  absl::Status open_token() {
    for (auto* token : {&signer_, &maker_, &reader_}) {
      auto opened = Token::open(token_options_);
      trouble_.Update(opened.status());
      if (!trouble_.ok()) break;
      *token = *std::move(opened);
    }
    if (!trouble_.ok()) {
      log::error("the token cannot be used", {{"reason", trouble_.ToString()}});
      opened_ = certificates_on_flash(paths_.state_dir);
      return absl::OkStatus();
    }
    auto opened = open_certificates(paths_.state_dir, *reader_, turn_->ours());
    if (!opened.ok()) return opened.status();
    opened_ = *std::move(opened);
    return absl::OkStatus();
  }

  // Asks without a login. The supervisor's next process opens the token and all that depends on it.
  void look_for_token() {
    auto pin = read_pin(paths_.state_dir);
    if (pin.ok()) token_options_.pin = *std::move(pin);
    if (!Token::worth_a_try(token_options_).ok()) return token_again_->expire_in(kLookForToken);
    log::info("the token is worth a try: restarting");
    std::fflush(nullptr);
    std::_Exit(0);
  }

  // At an upgrade: the older process has let go of the directory and may have changed what is in it. The loop waits for
  // the token meanwhile, once in the life of a process.
  void take_over(const CertificateStoreActor& certificate_store) {
    if (!trouble_.ok()) {
      Opened shown = certificates_on_flash(paths_.state_dir);
      return caf::anon_send(certificate_store,
                            StateDirAcquired{std::move(shown.certificates), read_policy(paths_.state_dir),
                                             read_order(paths_.state_dir), std::nullopt});
    }
    auto opened = open_certificates(paths_.state_dir, *reader_);
    if (!opened.ok()) log::die("the certificates could not be read again");
    for (const auto& problem : opened->problems)
      event_log_->add("certificate.unusable", mesh::Severity::kError, "Not in force: " + problem, {}, true);
    caf::anon_send(certificate_store, StateDirAcquired{std::move(opened->certificates), read_policy(paths_.state_dir),
                                                       read_order(paths_.state_dir), std::move(opened->trial)});
  }

  mesh::Paths paths_;
  std::filesystem::path module_ = kSoftHsm;
  std::filesystem::path run_dir_;
  Token::Options token_options_;
  absl::Status trouble_;  // with the token
  std::optional<os::Timer> token_again_;
  std::optional<flash::StateDirLock> turn_;
  std::unique_ptr<Token> signer_, maker_, reader_;  // a session each: one a thread
  Opened opened_;
  std::string device_;
  mesh::Latest<v1::CertificateState> state_;
  mesh::Latest<v1::EnrolmentOrder> orders_;
  std::unique_ptr<mesh::EventLog> event_log_;
  TokenActor signer_actor_, maker_actor_;
  CertificateStoreActor certificate_store_;
  caf::actor ticker_;
  std::unique_ptr<CertificateRpc> rpc_;
};

}  // namespace
}  // namespace phone::certificates

int main(int argc, char** argv) {
  phone::certificates::CertificateManager service;
  return phone::mesh::run(service, argc, argv);
}
