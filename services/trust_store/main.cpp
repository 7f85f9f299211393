// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <caf/all.hpp>
#include <memory>
#include <optional>

#include "common/flash/state_dir_lock.hpp"
#include "common/mesh/client/peer.hpp"
#include "common/mesh/client/watcher.hpp"
#include "common/mesh/process/service.hpp"
#include "common/product/product.hpp"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "services/trust_store/peers/tvs_client.hpp"
#include "services/trust_store/peers/tvs_identity_rpc.hpp"
#include "services/trust_store/sandbox.hpp"
#include "services/trust_store/storage/flash_storage.hpp"
#include "services/trust_store/trust_proto.hpp"
#include "services/trust_store/trust_rpc.hpp"
#include "services/trust_store/trust_store_actor.hpp"

namespace phone::trust {
namespace {

using PolicyPeer = mesh::Peer<policy::v1::Policy>;
using PolicyWatcher = mesh::Watcher<policy::v1::Policy, policy::v1::WatchPolicyRequest, policy::v1::EffectivePolicy>;

class TrustStore final : public mesh::Service {
 public:
  std::string_view name() const override { return "trust_store"; }

  void add_options(phone::mesh::Options& options) override {
    options.add_option("--image-root", image_root_,
                       "root of the file system with the image signers and installed versions");
    options.add_option("--model", model_, "model in the client name for TVS servers: CP-<model>-SEP<MAC>");
  }

  absl::Status open(const mesh::Paths& paths) override {
    paths_ = paths;
    auto turn = flash::StateDirLock::take_or_wait(paths.state_dir);
    if (!turn.ok()) return turn.status();
    turn_.emplace(*std::move(turn));
    return absl::OkStatus();
  }

  absl::Status sandbox() override { return enter_sandbox(paths_, image_root_); }

  absl::Status start(caf::actor_system& system, mesh::Router& router, os::EventLoop& loop) override {
    identity_.emplace(mesh::socket_of(paths_, "certificate_manager"));
    tvs_client_.emplace([this](absl::Duration timeout) { return identity_->fetch(timeout); }, model_);
    trust_state_ = system.spawn(
        trust_store_actor, [this] { return std::make_unique<FlashStorage>(paths_.state_dir, image_root_); },
        [this](TvsJob job, std::function<void(TvsAnswer)> done) { tvs_client_->ask(std::move(job), std::move(done)); },
        [this](Notice notice) {
          event_log_.add(std::move(notice.kind), notice.warning ? mesh::Severity::kWarning : mesh::Severity::kInfo,
                         std::move(notice.text), std::move(notice.detail), true);
        },
        [this](const InstalledLists& lists) { authorities_.set(to_proto(network_authorities(lists.lists()))); });
    // At an upgrade the older process still has the directory: lists are shown already, verdicts wait until it is free.
    if (!turn_->ours()) {
      caf::anon_send(trust_state_, StateDirBusy{});
      turn_->when_taken(loop, [trust_state = trust_state_] { caf::anon_send(trust_state, StateDirAcquired{}); });
    }
    register_trust_store(system, router, trust_state_, event_log_, authorities_);
    policy_.emplace(mesh::socket_of(paths_, "policy"));
    watcher_.emplace(*policy_, &policy::v1::Policy::Stub::WatchPolicy, policy::v1::WatchPolicyRequest(),
                     [this](const policy::v1::EffectivePolicy& policy) {
                       const bool complete = policy.stage() == policy::v1::STAGE_COMPLETE || policy.reset();
                       caf::anon_send(trust_state_, PolicyChanged{from_proto(policy), complete});
                     });
    return absl::OkStatus();
  }

  mesh::EventLog* event_log() override { return &event_log_; }

  void stop() override {
    turn_->stop();
    watcher_.reset();
    tvs_client_->stop();
    caf::anon_send_exit(trust_state_, caf::exit_reason::user_shutdown);
    trust_state_ = nullptr;
  }

 private:
  mesh::Paths paths_;
  std::string model_{product::model()};
  std::filesystem::path image_root_ = "/";
  mesh::EventLog event_log_;
  mesh::Latest<v1::Authorities> authorities_;
  std::optional<flash::StateDirLock> turn_;
  std::optional<TvsIdentity> identity_;
  std::optional<tvs::TvsClient> tvs_client_;
  TrustStoreActor trust_state_;
  std::optional<PolicyPeer> policy_;
  std::optional<PolicyWatcher> watcher_;
};

}  // namespace
}  // namespace phone::trust

int main(int argc, char** argv) {
  phone::trust::TrustStore service;
  return phone::mesh::run(service, argc, argv);
}
