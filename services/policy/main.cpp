// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "common/flash/file.hpp"
#include "common/flash/state_dir_lock.hpp"
#include "common/flash/state_file.hpp"
#include "common/http/remote.hpp"
#include "common/http/secure.hpp"
#include "common/log/log.hpp"
#include "common/mesh/process/service.hpp"
#include "phone/network/v1/network_access.grpc.pb.h"
#include "phone/signaling/v1/signaling.grpc.pb.h"
#include "services/policy/audit/audit_log.hpp"
#include "services/policy/audit/audit_rpc.hpp"
#include "services/policy/audit/collector_driver.hpp"
#include "services/policy/audit/delivery_driver.hpp"
#include "services/policy/audit/own_events.hpp"
#include "services/policy/audit/syslog_line.hpp"
#include "services/policy/files/download.hpp"
#include "services/policy/lock/lock_actor.hpp"
#include "services/policy/rpc/lock_message.hpp"
#include "services/policy/rpc/peers_rpc.hpp"
#include "services/policy/rpc/policy_message.hpp"
#include "services/policy/rpc/policy_rpc.hpp"
#include "services/policy/run/network_servers.hpp"
#include "services/policy/run/worker.hpp"
#include "services/policy/sandbox.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMaxStateBytes = std::size_t{4} << 20;  // the policy, the last working one, and one taken back
constexpr std::size_t kMaxLockBytes = std::size_t{16} << 10;

class PolicyService final : public mesh::Service {
 public:
  std::string_view name() const override { return "policy"; }

  void add_options(phone::mesh::Options& app) override {
    app.add_option("--http-port", ports_.http, "port of the provisioning servers for HTTP");
    app.add_option("--https-port", ports_.https, "port of the provisioning servers for HTTPS");
    app.add_option("--trial-seconds", trial_seconds_,
                   "how long a configuration that changes the way to the server may take to reach it");
    app.add_option("--tftp-port", ports_.tftp, "port of the provisioning servers for TFTP");
  }

  absl::Status open(const mesh::Paths& paths) override {
    paths_ = paths;
    state_file_ = paths.state_dir / "policy";
    lock_file_ = paths.state_dir / "lock";
    auto turn = flash::StateDirLock::take_or_wait(paths.state_dir);
    if (!turn.ok()) return turn.status();
    turn_.emplace(*std::move(turn));
    initial_ = read_state();
    stored_lock_ = read_lock();
    // Until the lock has spoken.
    initial_.policy.password_locked = stored_lock_.in_force || stored_lock_.sealed;
    return absl::OkStatus();
  }

  absl::Status sandbox() override { return enter_sandbox(paths_); }

  absl::Status start(caf::actor_system& system, mesh::Router& router, os::EventLoop& loop) override {
    audit_ = std::make_unique<AuditLog>(paths_.state_dir);
    own_events_.emplace(event_log_, [this](const mesh::v1::Event& event) { record(event); });
    const auto told_by_lock = std::make_shared<ProvisioningActor>();  // the lock speaks only when it was spoken to
    lock_ = spawn_lock(system, stored_lock_,
                       {.save = [this](const StoredLock& lock) { return flash::write_state(lock_file_, encode(lock)); },
                        .changed = [told_by_lock](bool locked) { caf::anon_send(*told_by_lock, LockSeen{locked}); },
                        .tell = [this](std::string kind, mesh::Severity severity,
                                       std::string text) { tell(std::move(kind), severity, std::move(text), true); },
                        .password_changed = [this] { web_access_.password_changed(); }});
    auto made = delegate(lock_);
    const auto actor = *told_by_lock = actor_ = system.spawn(&provisioning, std::move(initial_), std::move(made));
    const bool ours = turn_->ours();
    if (!ours) {
      caf::anon_send(actor, StateDirBusy{});
      turn_->when_taken(loop, [this, actor] {
        caf::anon_send(lock_, LockRestored{read_lock()});
        caf::anon_send(actor, StateDirAcquired{read_state()});
        start_audit();
      });
    }
    register_policy(router, system,
                    {.provisioning = actor_,
                     .lock = lock_,
                     .delivery = [this] { return delivery_facts(); },
                     .web_access = web_access_},
                    publication_, event_log_);
    web_access_.serve(router);
    signaling_channel_ = std::make_unique<mesh::Peer<signaling::v1::Signaling>>(mesh::socket_of(paths_, "signaling"));
    registrations_ = std::make_unique<RegistrationWatcher>(
        *signaling_channel_, &signaling::v1::Signaling::Stub::WatchState, signaling::v1::WatchStateRequest(),
        [seen = RegistrationSeen{}, actor](const signaling::v1::SignalingState& state) mutable {
          const RegistrationSeen now{.version = state.policy_version(), .registered = at_call_manager(state)};
          if (now.version == seen.version && now.registered == seen.registered) return;
          seen = now;
          caf::anon_send(actor, now);
        });
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
    {
      const std::lock_guard lock(audit_mutex_);
      delivering_ = nullptr;
    }
    cancelled_ = true;
    if (delivery_) delivery_->stop();
    network_->stop();
    registrations_->stop();
    worker_->stop();
    certificates_->stop();
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    actor_ = nullptr;
    caf::anon_send_exit(lock_, caf::exit_reason::user_shutdown);
    lock_ = nullptr;
  }

 private:
  using NetworkWatcher =
      mesh::Watcher<network::v1::NetworkAccess, network::v1::WatchNetworkRequest, network::v1::NetworkFacts>;

  using RegistrationWatcher =
      mesh::Watcher<signaling::v1::Signaling, signaling::v1::WatchStateRequest, signaling::v1::SignalingState>;

  // An SRST router is a refuge, not the server that a configuration must reach.
  static bool at_call_manager(const signaling::v1::SignalingState& state) {
    return std::ranges::any_of(state.registration(), [](const signaling::v1::Registration& one) {
      return one.active() && !one.srst() && one.state() == signaling::v1::REGISTRATION_STATE_REGISTERED;
    });
  }

  // What cannot be read was a lock: nobody unlocks before a configuration has brought its password again.
  StoredLock read_lock() const {
    const auto bytes = flash::read_state(lock_file_, kMaxLockBytes);
    std::error_code error;
    if (!bytes)
      return {.sealed = std::filesystem::exists(lock_file_, error), .refused = "what was kept of it is damaged"};
    auto lock = decode_lock(*bytes);
    return lock.ok() ? *std::move(lock) : StoredLock{.sealed = true, .refused = "what was kept of it is damaged"};
  }

  void start_audit() {
    queue_ = std::make_unique<AuditQueue>(paths_.state_dir / "audit-queue");
    delivery_ = std::make_unique<Delivery>(
        *queue_,
        Delivery::Delegate{
            .send = [this](const AuditCollector& to, const std::string& frames) { return deliver(to, frames); },
            .tell = [this](const std::string& text) { tell("audit.delivery", mesh::Severity::kWarning, text, true); }});
    {
      const std::lock_guard lock(audit_mutex_);
      delivery_->use(collector_);
      delivering_ = delivery_.get();
    }
    streams_ = std::make_unique<AuditWatcher>(paths_, [this](const mesh::v1::Event& event) { record(event); });
  }

  // On flash, and on its way to the collector.
  void record(const mesh::v1::Event& event) {
    const std::lock_guard lock(audit_mutex_);  // both in one order
    audit_->append(event);
    if (delivering_ != nullptr) delivering_->add(syslog_frame(syslog_line(event, device_)));
  }

  std::string deliver(const AuditCollector& to, const std::string& frames) {
    CollectorWay way{.fetch = http::fetch_with_tls_through(paths_.socket_dir / http::kDownloadSocket),
                     .tls = {},
                     .verify = [this](const auto& chain, const auto& whom) { return trust_->verify(chain, whom); },
                     .cancelled = &cancelled_};
    {
      const std::lock_guard lock(audit_mutex_);
      way.tls = tls_;
    }
    return send_frames(way, to, frames);
  }

  DeliveryFacts delivery_facts() {
    const std::lock_guard lock(audit_mutex_);
    return delivering_ == nullptr ? DeliveryFacts() : delivering_->facts();
  }

  void follow_audit(const Policy& policy) {
    const std::lock_guard lock(audit_mutex_);
    device_ = policy.device_name;
    collector_ = policy.configuration.audit_collector;
    tls_ = policy.configuration.tls;
    if (delivering_ != nullptr) delivering_->use(collector_);
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

  ProvisioningDelegate delegate(const LockActor& lock) {
    return {.publish =
                [this, lock](const Policy& policy) {
                  publication_.set(policy, [this](const v1::EffectivePolicy& whole) { web_access_.apply(whole); });
                  follow_audit(policy);
                  caf::anon_send(lock, AccessConfigured{access_of(policy)});
                },
            .save = [this](const State& state) { return flash::write_state(state_file_, encode(state)); },
            .trial = {.settle = trial_seconds_ / 9 * std::chrono::milliseconds(1000),
                      .patience = trial_seconds_ * std::chrono::milliseconds(1000)},
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
                },
            .order_factory_reset = [this] { return flash::write(paths_.state_dir / "factory-reset", ""); },
            .set_password =
                [lock](const std::string& password, bool fips, const std::string& phone) {
                  caf::anon_send(lock, PasswordConfigured{password, fips, phone});
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
    event_log_.add(std::move(kind), severity, std::move(text), std::move(detail), audit);
  }

  static settings::Lock access_of(Policy policy) {
    policy.password_locked = false;
    return lock_of(policy);
  }

  Ports ports_;
  int trial_seconds_ = 180;
  std::filesystem::path lock_file_;
  StoredLock stored_lock_;  // as read at the start
  LockActor lock_;
  std::unique_ptr<mesh::Peer<signaling::v1::Signaling>> signaling_channel_;
  std::unique_ptr<RegistrationWatcher> registrations_;
  mesh::Paths paths_;
  std::filesystem::path state_file_;
  std::optional<flash::StateDirLock> turn_;
  State initial_;
  std::atomic<bool> cancelled_{false};
  mesh::EventLog event_log_{"policy"};
  PolicyPublisher publication_;
  WebAccessKeeper web_access_{[this](std::string kind, mesh::Severity severity, std::string text, bool audit,
                                     std::map<std::string, std::string> detail) {
    tell(std::move(kind), severity, std::move(text), audit, std::move(detail));
  }};
  std::unique_ptr<AuditLog> audit_;
  std::optional<OwnAuditEvents> own_events_;
  std::unique_ptr<mesh::Peer<trust::v1::TrustStore>> trust_channel_;
  std::unique_ptr<mesh::Peer<certificates::v1::CertificateManager>> certificate_channel_;
  std::unique_ptr<mesh::Peer<network::v1::NetworkAccess>> network_channel_;
  std::unique_ptr<TrustStorePeer> trust_;
  std::unique_ptr<CertificateManagerPeer> certificates_;
  std::unique_ptr<HttpDownloader> downloader_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<NetworkWatcher> network_;
  NetworkServers servers_;  // on the watcher's thread only
  std::mutex audit_mutex_;
  std::string device_;
  AuditCollector collector_;
  tls::Policy tls_;
  Delivery* delivering_ = nullptr;  // while it runs
  std::unique_ptr<AuditQueue> queue_;
  std::unique_ptr<Delivery> delivery_;
  std::unique_ptr<AuditWatcher> streams_;
  ProvisioningActor actor_;
};

}  // namespace
}  // namespace phone::policy

int main(int argc, char** argv) {
  phone::policy::PolicyService service;
  return phone::mesh::run(service, argc, argv);
}
