// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <memory>

#include "common/flash/state_dir_lock.hpp"
#include "common/flash/state_file.hpp"
#include "common/http/remote.hpp"
#include "common/http/secure.hpp"
#include "common/log/log.hpp"
#include "common/mesh/process/service.hpp"
#include "phone/network/v1/network_access.grpc.pb.h"
#include "services/policy/audit/audit_log.hpp"
#include "services/policy/audit/audit_rpc.hpp"
#include "services/policy/files/download.hpp"
#include "services/policy/rpc/peers_rpc.hpp"
#include "services/policy/rpc/policy_message.hpp"
#include "services/policy/rpc/policy_rpc.hpp"
#include "services/policy/run/network_servers.hpp"
#include "services/policy/run/worker.hpp"
#include "services/policy/sandbox.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMaxStateBytes = std::size_t{1} << 20;

class PolicyService final : public mesh::Service {
 public:
  std::string_view name() const override { return "policy"; }

  void add_options(phone::mesh::Options& app) override {
    app.add_option("--http-port", ports_.http, "port of the provisioning servers for HTTP");
    app.add_option("--https-port", ports_.https, "port of the provisioning servers for HTTPS");
    app.add_option("--tftp-port", ports_.tftp, "port of the provisioning servers for TFTP");
  }

  absl::Status open(const mesh::Paths& paths) override {
    paths_ = paths;
    state_file_ = paths.state_dir / "policy";
    auto turn = flash::StateDirLock::take_or_wait(paths.state_dir);
    if (!turn.ok()) return turn.status();
    turn_.emplace(*std::move(turn));
    initial_ = read_state();
    return absl::OkStatus();
  }

  absl::Status sandbox() override { return enter_sandbox(paths_); }

  absl::Status start(caf::actor_system& system, mesh::Router& router, os::EventLoop& loop) override {
    audit_ = std::make_unique<AuditLog>(paths_.state_dir);
    actor_ = system.spawn(&provisioning, std::move(initial_), delegate());
    const auto actor = actor_;
    const bool ours = turn_->ours();
    if (!ours) {
      caf::anon_send(actor, StateDirBusy{});
      turn_->when_taken(loop, [this, actor] {
        caf::anon_send(actor, StateDirAcquired{read_state()});
        start_audit();
      });
    }
    register_policy(router, system, actor_, publication_, event_log_);
    trust_channel_ = std::make_unique<mesh::Peer<trust::v1::TrustStore>>(mesh::socket_of(paths_, "trust_store"));
    certificate_channel_ = std::make_unique<mesh::Peer<certificates::v1::CertificateManager>>(
        mesh::socket_of(paths_, "certificate_manager"));
    network_channel_ =
        std::make_unique<mesh::Peer<network::v1::NetworkAccess>>(mesh::socket_of(paths_, "network_access"));
    trust_ = std::make_unique<TrustStorePeer>(*trust_channel_);
    certificates_ = std::make_unique<CertificateManagerPeer>(*certificate_channel_, cancelled_,
                                                             [actor] { caf::anon_send(actor, CertificatesChanged{}); });
    downloader_ = std::make_unique<HttpDownloader>(
        *trust_, http::fetch_with_tls_through(paths_.socket_dir / http::kDownloadSocket), ports_, cancelled_);
    worker_ =
        std::make_unique<Worker>(Worker::Peers{*trust_, *certificates_, *downloader_}, cancelled_, observer(actor),
                                 [actor](RunResult result) { caf::anon_send(actor, RunFinished{std::move(result)}); });
    network_ = std::make_unique<NetworkWatcher>(
        *network_channel_, &network::v1::NetworkAccess::Stub::WatchNetwork, network::v1::WatchNetworkRequest(),
        [this, actor](const network::v1::NetworkFacts& facts) {
          auto answer =
              servers_.update({.link_up = facts.link_up(),
                               .addresses = {facts.address().begin(), facts.address().end()},
                               .servers = {facts.provisioning_server().begin(), facts.provisioning_server().end()}});
          if (answer.moved) caf::anon_send(actor, ServersNamed{});
          caf::anon_send(actor, ServersNamed{std::move(answer.servers)});
        });
    if (ours) start_audit();
    return absl::OkStatus();
  }

  mesh::EventLog* event_log() override { return &event_log_; }

  void stop() override {
    turn_->stop();
    if (streams_) streams_->stop();
    network_->stop();
    worker_->stop();
    certificates_->stop();
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    actor_ = nullptr;
  }

 private:
  using NetworkWatcher =
      mesh::Watcher<network::v1::NetworkAccess, network::v1::WatchNetworkRequest, network::v1::NetworkFacts>;

  void start_audit() {
    streams_ = std::make_unique<AuditWatcher>(paths_, [this](const mesh::v1::Event& event) { audit_->append(event); });
  }

  // Everything can be downloaded again; without a readable policy the strict default holds until then.
  State read_state() const {
    const auto bytes = flash::read_state(state_file_, kMaxStateBytes);
    if (!bytes) return {};
    auto state = decode(*bytes);
    if (state.ok()) return *std::move(state);
    log::error("the stored policy cannot be read", {{"reason", std::string(state.status().message())}});
    return {};
  }

  ProvisioningDelegate delegate() {
    return {.publish = [this](const Policy& policy) { publication_.set(policy); },
            .save = [this](const State& state) { return flash::write_state(state_file_, encode(state)); },
            .start_run = [this](RunInput input) { worker_->start(std::move(input)); },
            .cancel_run = [this] { worker_->cancel(); },
            .tell = [this](std::string kind, mesh::Severity severity, std::string text,
                           bool audit) { tell(std::move(kind), severity, std::move(text), audit); },
            .tell_lowered =
                [this](const std::vector<Downgrade>& lowered, const Source& source) {
                  std::map<std::string, std::string> detail = {
                      {"file", source.file}, {"signer", source.signer}, {"signed_at", source.signed_at}};
                  for (const Downgrade& each : lowered) detail[each.what] = absl::StrCat(each.from, " -> ", each.to);
                  tell("incident.lowered", mesh::Severity::kWarning, lowering_text(lowered, source), true,
                       std::move(detail));
                }};
  }

  static RunDelegate observer(const ProvisioningActor& actor) {
    return {.doing = [actor](std::string sentence) { caf::anon_send(actor, RunProgressed{std::move(sentence)}); },
            .file = [actor](const FileReport& report) { caf::anon_send(actor, report); },
            .alarm = [actor](const Alarm& alarm) { caf::anon_send(actor, AlarmRaised{alarm}); },
            .partial =
                [actor](const Configuration& partial, const std::string& device) {
                  caf::anon_send(actor, PartialConfigurationReceived{partial, device});
                },
            .entered =
                [](RunState from, RunState to, std::string_view cause) {
                  log::debug("provisioning run", {{"from", name_of(from)}, {"to", name_of(to)}, {"cause", cause}});
                }};
  }

  void tell(std::string kind, mesh::Severity severity, std::string text, bool audit,
            std::map<std::string, std::string> detail = {}) {
    if (audit) {
      mesh::v1::Event event;
      const absl::Time now = absl::Now();
      event.mutable_time()->set_seconds(absl::ToUnixSeconds(now));
      event.mutable_time()->set_nanos(static_cast<int>(absl::ToUnixNanos(now) % 1'000'000'000));
      event.set_service("policy");
      event.set_kind(kind);
      event.set_severity(severity == mesh::Severity::kInfo      ? mesh::v1::SEVERITY_INFO
                         : severity == mesh::Severity::kWarning ? mesh::v1::SEVERITY_WARNING
                                                                : mesh::v1::SEVERITY_ERROR);
      event.set_text(text);
      event.mutable_detail()->insert(detail.begin(), detail.end());
      audit_->append(event);
    }
    event_log_.add(std::move(kind), severity, std::move(text), std::move(detail), audit);
  }

  Ports ports_;
  mesh::Paths paths_;
  std::filesystem::path state_file_;
  std::optional<flash::StateDirLock> turn_;
  State initial_;
  std::atomic<bool> cancelled_{false};
  mesh::EventLog event_log_{"policy"};
  PolicyPublisher publication_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<mesh::Peer<trust::v1::TrustStore>> trust_channel_;
  std::unique_ptr<mesh::Peer<certificates::v1::CertificateManager>> certificate_channel_;
  std::unique_ptr<mesh::Peer<network::v1::NetworkAccess>> network_channel_;
  std::unique_ptr<TrustStorePeer> trust_;
  std::unique_ptr<CertificateManagerPeer> certificates_;
  std::unique_ptr<HttpDownloader> downloader_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<NetworkWatcher> network_;
  NetworkServers servers_;  // on the watcher's thread only
  std::unique_ptr<AuditWatcher> streams_;
  ProvisioningActor actor_;
};

}  // namespace
}  // namespace phone::policy

int main(int argc, char** argv) {
  phone::policy::PolicyService service;
  return phone::mesh::run(service, argc, argv);
}
