// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/wiring.hpp"

#include "common/flash/file.hpp"
#include "common/flash/state_file.hpp"
#include "common/log/log.hpp"
#include "common/mesh/client/watcher.hpp"
#include "common/seal/seal.hpp"
#include "phone/network/v1/network_access.grpc.pb.h"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "services/signaling/rpc/convert_rpc.hpp"
#include "services/signaling/rpc/methods_rpc.hpp"
#include "services/signaling/rpc/network_rpc.hpp"
#include "services/signaling/rpc/trust_rpc.hpp"
#include "services/signaling/rpc/user_agent_backend_rpc.hpp"
#include "services/signaling/transport/mailbox_slots.hpp"
#include "services/signaling/ua/agent_actor.hpp"

namespace phone::signaling {
namespace {

using policy::v1::EffectivePolicy;
using PolicyWatcher = mesh::Watcher<policy::v1::Policy, policy::v1::WatchPolicyRequest, EffectivePolicy>;
using MediaWatcher = mesh::Watcher<media::v1::Media, media::v1::WatchStreamsRequest, media::v1::StreamFacts>;

using NetworkWatcher =
    mesh::Watcher<network::v1::NetworkAccess, network::v1::WatchNetworkRequest, network::v1::NetworkFacts>;
using CertificateWatcher = mesh::Watcher<certificates::v1::CertificateManager,
                                         certificates::v1::ListCertificatesRequest, certificates::v1::CertificateState>;

constexpr char kPolicyFile[] = "policy";
constexpr char kDialogsFile[] = "dialogs";
constexpr char kAlarmFile[] = "alarm";
constexpr char kToldFile[] = "told";
constexpr char kHistoryFile[] = "history";
constexpr char kHookFile[] = "hook";
constexpr char kAuthorizationFile[] = "authorization";
constexpr char kSealKeyFile[] = "seal.key";
const absl::Duration kRecoveryPatience = absl::Seconds(30);  // media may be starting as well
constexpr int kMostWaiting = 4;                              // messages of one connection, read and not yet handled
constexpr size_t kLargestFile = 256 * 1024;
constexpr size_t kLargestDialogs = 1024 * 1024;  // six calls whose peers fill every header field to its bound

class SignalingService final : public mesh::Service {
 public:
  explicit SignalingService(EnterSandbox enter_sandbox) : enter_sandbox_(enter_sandbox) {}

  std::string_view name() const override { return "signaling"; }

  absl::Status open(const mesh::Paths& paths) override {
    paths_ = paths;
    return absl::OkStatus();
  }

  absl::Status sandbox() override { return enter_sandbox_(paths_); }

  absl::Status start(caf::actor_system& system, mesh::Router& router, os::EventLoop&) override {
    system_ = &system;
    policy_ = std::make_shared<mesh::Peer<policy::v1::Policy>>(mesh::socket_of(paths_, "policy"));
    network_ = std::make_shared<mesh::Peer<network::v1::NetworkAccess>>(mesh::socket_of(paths_, "network_access"));
    media_ = std::make_shared<mesh::Peer<media::v1::Media>>(mesh::socket_of(paths_, "media"));
    auto trust = std::make_shared<mesh::Peer<trust::v1::TrustStore>>(mesh::socket_of(paths_, "trust_store"));
    certificates_ = std::make_shared<mesh::Peer<certificates::v1::CertificateManager>>(
        mesh::socket_of(paths_, "certificate_manager"));
    state_writer_ = std::make_unique<flash::StateWriter>(paths_.state_dir);
    backend_ = std::make_unique<UserAgentBackend>(
        make_flow_trust(trust, certificates_),
        UserAgentBackend::Peers{.media = media_, .certificates = certificates_, .policy = policy_, .network = network_},
        events_to_agent(), event_log_, *state_writer_);
    agent_ = spawn_agent(system, *backend_, [this](const StateView& view) { methods_.publish(view); });
    methods_.register_with(router, system, agent_, event_log_);
    recover();
    start_from_stored_policy();
    policy_watcher_ = std::make_unique<PolicyWatcher>(*policy_, &policy::v1::Policy::Stub::WatchPolicy,
                                                      policy::v1::WatchPolicyRequest(),
                                                      [this](const EffectivePolicy& policy) { follow(policy, true); });
    media_watcher_ =
        std::make_unique<MediaWatcher>(*media_, &media::v1::Media::Stub::WatchStreams, media::v1::WatchStreamsRequest(),
                                       [this](const media::v1::StreamFacts& facts) { tell(to_reports(facts)); });
    network_watcher_ = std::make_unique<NetworkWatcher>(
        *network_, &network::v1::NetworkAccess::Stub::WatchNetwork, network::v1::WatchNetworkRequest(),
        [this](const network::v1::NetworkFacts& facts) {
          tell(AddressesChanged{{facts.address().begin(), facts.address().end()}, to_network(facts)});
        });
    certificate_watcher_ = std::make_unique<CertificateWatcher>(
        *certificates_, &certificates::v1::CertificateManager::Stub::WatchCertificates,
        certificates::v1::ListCertificatesRequest(), [this](const certificates::v1::CertificateState&) {
          // Only certificate_manager decides which of them that is. If it does not respond, its next state asks again.
          if (auto key = key_to_show(certificates_); key.ok()) tell(IdentityChanged{*std::move(key)});
        });
    return absl::OkStatus();
  }

  bool hands_over() const override { return true; }
  mesh::EventLog* event_log() override { return &event_log_; }

  void stop() override {
    certificate_watcher_.reset();
    network_watcher_.reset();
    media_watcher_.reset();
    policy_watcher_.reset();
    // The agent first, so that no connection is opened any more; the flows before the handle to which they report.
    caf::anon_send_exit(agent_, caf::exit_reason::user_shutdown);
    caf::scoped_actor waiting(*system_);
    waiting->wait_for(agent_);
    backend_->close_all();
    agent_ = nullptr;
    state_writer_.reset();
  }

 private:
  UserAgentBackend::Delegate events_to_agent() {
    return {.flow =
                [this](FlowEvent event) {
                  if (auto* message = std::get_if<MessageReceived>(&event)) message->slot = slots_.take(message->flow);
                  tell_one_of(std::move(event));
                },
            .stream = [this](StreamEvent event) { tell_one_of(std::move(event)); },
            .identity = [this](IdentityUseReported event) { tell(std::move(event)); },
            .keep_authorization = [this](const crypto::Secret& record) { keep_authorization(record); }};
  }

  template <class Variant>
  void tell_one_of(Variant event) {
    std::visit([this](auto& one) { tell(std::move(one)); }, event);
  }

  template <class Event>
  void tell(Event event) {
    caf::anon_send(agent_, std::move(event));
  }

  // The alarm before anything else; the dialogs once media has answered which streams it still has.
  void recover() {
    std::string alarm = flash::read_state(paths_.state_dir / kAlarmFile, kLargestFile).value_or("");
    std::string dialogs = flash::read_state(paths_.state_dir / kDialogsFile, kLargestDialogs).value_or("");
    tell(MemoryRestored{flash::read_state(paths_.state_dir / kHistoryFile, kLargestFile).value_or(""),
                        flash::read_state(paths_.state_dir / kHookFile, kLargestFile).value_or("") == "off"});
    tell(ToldRestored{flash::read_state(paths_.state_dir / kToldFile, kLargestFile).value_or("")});
    if (!alarm.empty()) tell(AlarmRestored{std::move(alarm)});
    restore_authorization();
    media_->start(&media::v1::Media::Stub::PrepareAsyncRecoverStreams, media::v1::RecoverStreamsRequest(),
                  kRecoveryPatience, [this, dialogs](absl::StatusOr<media::v1::RecoverStreamsReply> reply) {
                    if (absl::IsCancelled(reply.status())) return;
                    tell(CallsRestored{dialogs, reply.ok() ? to_streams(*reply) : std::vector<RecoveredStream>()});
                  });
  }

  // The refresh token of SIP OAuth: sealed with a key of this process's own.
  void restore_authorization() {
    const auto sealed = flash::read_state(paths_.state_dir / kAuthorizationFile, kLargestFile);
    const auto key = seal::read_seal_key(paths_.state_dir / kSealKeyFile);
    if (!sealed.has_value() || sealed->empty() || !key.ok()) return;
    if (auto record = seal::unseal(*key, kAuthorizationFile, *sealed); record.ok())
      tell(AuthorizationRestored{*std::move(record)});
  }

  void keep_authorization(const crypto::Secret& record) {
    if (record.empty()) return state_writer_->put(kAuthorizationFile, "");
    auto key = seal::read_seal_key(paths_.state_dir / kSealKeyFile);
    absl::Status kept = absl::OkStatus();
    if (!key.ok()) {
      key = seal::new_seal_key();
      if (key.ok()) kept = flash::write(paths_.state_dir / kSealKeyFile, key->view());
    }
    const auto sealed = key.ok() && kept.ok() ? seal::seal(*key, kAuthorizationFile, record.view())
                                              : absl::StatusOr<std::string>(key.ok() ? kept : key.status());
    if (sealed.ok()) return state_writer_->put(kAuthorizationFile, *sealed);
    log::warning("the authorization is not kept for the next start", {{"why", std::string(sealed.status().message())}});
  }

  // Until policy answers: the last complete one, which was kept without its secrets.
  void start_from_stored_policy() {
    const auto stored = flash::read_state(paths_.state_dir / kPolicyFile, kLargestFile);
    EffectivePolicy policy;
    if (stored && policy.ParseFromString(*stored)) follow(policy, false);
  }

  void follow(const EffectivePolicy& policy, bool keep) {
    Settings settings = to_settings(policy);
    backend_->set_profile({.tls = settings.tls, .dscp = static_cast<int>(settings.dscp_signaling)});
    if (keep && settings.complete) state_writer_->put(kPolicyFile, without_secrets(policy).SerializeAsString());
    tell(PolicyChanged{std::move(settings)});
  }

  const EnterSandbox enter_sandbox_;
  mesh::Paths paths_;
  MailboxSlots slots_{kMostWaiting};
  caf::actor_system* system_ = nullptr;
  mesh::EventLog event_log_;
  SignalingMethods methods_;
  std::shared_ptr<mesh::Peer<policy::v1::Policy>> policy_;
  std::shared_ptr<mesh::Peer<media::v1::Media>> media_;
  std::shared_ptr<mesh::Peer<network::v1::NetworkAccess>> network_;
  std::shared_ptr<mesh::Peer<certificates::v1::CertificateManager>> certificates_;
  std::unique_ptr<flash::StateWriter> state_writer_;
  std::unique_ptr<UserAgentBackend> backend_;
  AgentActor agent_;
  std::unique_ptr<PolicyWatcher> policy_watcher_;
  std::unique_ptr<MediaWatcher> media_watcher_;
  std::unique_ptr<NetworkWatcher> network_watcher_;
  std::unique_ptr<CertificateWatcher> certificate_watcher_;
};

}  // namespace

std::unique_ptr<mesh::Service> make_service(EnterSandbox enter_sandbox) {
  return std::make_unique<SignalingService>(enter_sandbox);
}

}  // namespace phone::signaling
