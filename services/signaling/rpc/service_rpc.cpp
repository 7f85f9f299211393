// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/service_rpc.hpp"

#include "common/flash/state_file.hpp"
#include "common/mesh/client/watcher.hpp"
#include "phone/network/v1/network_access.grpc.pb.h"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "services/signaling/rpc/convert_rpc.hpp"
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
const absl::Duration kRecoveryPatience = absl::Seconds(30);  // media may be starting as well
constexpr int kMostWaiting = 4;                              // messages of one connection, read and not yet handled
constexpr size_t kLargestFile = 256 * 1024;
constexpr size_t kLargestDialogs = 1024 * 1024;  // six calls whose peers fill every header field to its bound

StreamEvent news_of(const media::v1::StreamFacts& facts) {
  StreamEvent news{StreamEvent::kFacts};
  news.incarnation = facts.incarnation();
  for (const auto& fact : facts.stream()) {
    news.reports.push_back({fact.stream(), fact.sending_encrypted(), fact.receiving_encrypted(), fact.packets_sent(),
                            fact.packets_received(), fact.transmit_suite(), fact.receive_suite(), fact.codec()});
  }
  return news;
}

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
    policy_ = std::make_unique<mesh::Peer<policy::v1::Policy>>(mesh::socket_of(paths_, "policy"));
    network_ = std::make_unique<mesh::Peer<network::v1::NetworkAccess>>(mesh::socket_of(paths_, "network_access"));
    media_ = std::make_shared<mesh::Peer<media::v1::Media>>(mesh::socket_of(paths_, "media"));
    auto trust = std::make_shared<mesh::Peer<trust::v1::TrustStore>>(mesh::socket_of(paths_, "trust_store"));
    certificates_ = std::make_shared<mesh::Peer<certificates::v1::CertificateManager>>(
        mesh::socket_of(paths_, "certificate_manager"));
    state_writer_ = std::make_unique<StateWriter>(paths_.state_dir);
    backend_ = std::make_unique<UserAgentBackend>(make_flow_trust(trust, certificates_), flow_events(), media_,
                                                  media_events(), event_log_, *state_writer_);
    agent_ = spawn_agent(system, *backend_, [this](const StateView& view) { publish(view); });
    register_methods(router);
    recover();
    start_from_stored_policy();
    policy_watcher_ = std::make_unique<PolicyWatcher>(*policy_, &policy::v1::Policy::Stub::WatchPolicy,
                                                      policy::v1::WatchPolicyRequest(),
                                                      [this](const EffectivePolicy& policy) { follow(policy, true); });
    media_watcher_ = std::make_unique<MediaWatcher>(
        *media_, &media::v1::Media::Stub::WatchStreams, media::v1::WatchStreamsRequest(),
        [this](const media::v1::StreamFacts& facts) { caf::anon_send(agent_, news_of(facts)); });
    network_watcher_ = std::make_unique<NetworkWatcher>(
        *network_, &network::v1::NetworkAccess::Stub::WatchNetwork, network::v1::WatchNetworkRequest(),
        [this](const network::v1::NetworkFacts& facts) {
          caf::anon_send(agent_, AddressesChanged{{facts.address().begin(), facts.address().end()}});
        });
    certificate_watcher_ = std::make_unique<CertificateWatcher>(
        *certificates_, &certificates::v1::CertificateManager::Stub::WatchCertificates,
        certificates::v1::ListCertificatesRequest(), [this](const certificates::v1::CertificateState&) {
          // Which of the certificates it is only their owner decides. Should it be gone, its state comes anew.
          if (auto key = key_to_show(certificates_); key.ok()) caf::anon_send(agent_, IdentityNews{*std::move(key)});
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
    // The agent first, so that nobody opens a connection any more; the flows before the handle they tell their news to.
    caf::anon_send_exit(agent_, caf::exit_reason::user_shutdown);
    caf::scoped_actor waiting(*system_);
    waiting->wait_for(agent_);
    backend_->close_all();
    agent_ = nullptr;
    state_writer_.reset();
  }

 private:
  FlowDelegate flow_events() {
    return {[this](FlowId flow, const FlowFacts& facts) {
              tell(FlowEvent{FlowEvent::kUp, flow, facts, "", FlowEnd::kLost});
            },
            [this](FlowId flow, std::string text) {
              tell(FlowEvent{FlowEvent::kMessage, flow, {}, std::move(text), FlowEnd::kLost, places_.take(flow)});
            },
            [this](FlowId flow, const std::string& why, FlowEnd end) {
              tell(FlowEvent{FlowEvent::kDown, flow, {}, why, end});
            }};
  }

  MediaDelegate media_events() {
    return {[this](const std::string& stream, uint16_t port) {
              tell(StreamEvent{StreamEvent::kOpened, stream, port});
            },
            [this](const std::string& stream, const std::string& why) {
              tell(StreamEvent{StreamEvent::kRefused, stream, 0, why});
            },
            [this](const std::string& stream, Tone tone) {
              tell(StreamEvent{StreamEvent::kTonePlayed, stream, 0, "", tone});
            }};
  }

  template <class News>
  void tell(News news) {
    caf::anon_send(agent_, std::move(news));
  }

  // The alarm before anything else; the dialogs when media has said what it still holds.
  void recover() {
    std::string alarm = flash::read_state(paths_.state_dir / kAlarmFile, kLargestFile).value_or("");
    std::string dialogs = flash::read_state(paths_.state_dir / kDialogsFile, kLargestDialogs).value_or("");
    tell(Restored{"", alarm, {}});
    media_->start(&media::v1::Media::Stub::PrepareAsyncRecoverStreams, media::v1::RecoverStreamsRequest(),
                  kRecoveryPatience, [this, dialogs](absl::StatusOr<media::v1::RecoverStreamsReply> reply) {
                    if (absl::IsCancelled(reply.status())) return;
                    tell(Restored{dialogs, "", reply.ok() ? to_streams(*reply) : std::vector<RecoveredStream>()});
                  });
  }

  // Policy away at start: the last complete one, kept without its secret.
  void start_from_stored_policy() {
    const auto stored = flash::read_state(paths_.state_dir / kPolicyFile, kLargestFile);
    EffectivePolicy policy;
    if (stored && policy.ParseFromString(*stored)) follow(policy, false);
  }

  void follow(const EffectivePolicy& policy, bool keep) {
    Settings settings = to_settings(policy);
    backend_->set_profile({settings.tls, static_cast<int>(settings.dscp_signaling)});
    if (keep && settings.complete) {
      EffectivePolicy without_secrets = policy;
      for (auto& line : *without_secrets.mutable_line()) line.clear_auth_password();
      state_writer_->put(kPolicyFile, without_secrets.SerializeAsString());
    }
    caf::anon_send(agent_, PolicyChanged{std::move(settings)});
  }

  void publish(const StateView& view) {
    v1::SignalingState state = to_proto(view);
    state.set_version(++version_);
    state_.set(std::move(state));
  }

  template <class Order>
  void order(mesh::Reply<v1::CallReply> reply, Order order) {
    mesh::ask<CallView>(
        *system_, agent_, std::move(reply),
        [](const CallView& view) {
          v1::CallReply message;
          *message.mutable_call() = to_proto(view);
          return message;
        },
        std::move(order));
  }

  void register_methods(mesh::Router& router) {
    router.state<v1::WatchStateRequest>("phone.signaling.v1.Signaling/WatchState", state_);
    router.unary<v1::WatchStateRequest, v1::SignalingState>(
        "phone.signaling.v1.Signaling/GetState",
        [this](const v1::WatchStateRequest&, mesh::Reply<v1::SignalingState> reply) { reply.ok(state_.get()); });
    router.unary<v1::DialRequest, v1::CallReply>(
        "phone.signaling.v1.Signaling/Dial", [this](const v1::DialRequest& request, mesh::Reply<v1::CallReply> reply) {
          if (request.line() > 1) return reply.fail(absl::InvalidArgumentError("no such line"));
          order(std::move(reply), DialRequest{request.number()});
        });
    router.unary<v1::CallRequest, v1::CallReply>(
        "phone.signaling.v1.Signaling/Answer",
        [this](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
          order(std::move(reply), AnswerRequest{request.call()});
        });
    router.unary<v1::CallRequest, v1::CallReply>(
        "phone.signaling.v1.Signaling/HangUp",
        [this](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
          order(std::move(reply), HangUpRequest{request.call()});
        });
    router.unary<v1::CallRequest, v1::CallReply>(
        "phone.signaling.v1.Signaling/Hold", [this](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
          order(std::move(reply), HoldRequest{request.call()});
        });
    router.unary<v1::CallRequest, v1::CallReply>(
        "phone.signaling.v1.Signaling/Resume",
        [this](const v1::CallRequest& request, mesh::Reply<v1::CallReply> reply) {
          order(std::move(reply), ResumeRequest{request.call()});
        });
    router.unary<v1::TransferRequest, v1::CallReply>(
        "phone.signaling.v1.Signaling/Transfer",
        [this](const v1::TransferRequest& request, mesh::Reply<v1::CallReply> reply) {
          if (request.number().empty() == request.to_call().empty())
            return reply.fail(absl::InvalidArgumentError("a transfer has one target: number or to_call"));
          order(std::move(reply), TransferRequest{request.call(), request.number(), request.to_call()});
        });
    router.unary<v1::SendDigitsRequest, v1::SendDigitsReply>(
        "phone.signaling.v1.Signaling/SendDigits",
        [this](const v1::SendDigitsRequest& request, mesh::Reply<v1::SendDigitsReply> reply) {
          tell(SendDigitsRequest{request.call(), crypto::Secret::copy_of(request.digits()),
                                 [reply](const absl::Status& status) {
                                   if (!status.ok()) return reply.fail(status);
                                   reply.ok(v1::SendDigitsReply());
                                 }});
        });
    router.events("phone.signaling.v1.Signaling/WatchEvents", event_log_);
  }

  const EnterSandbox enter_sandbox_;
  mesh::Paths paths_;
  MailboxSlots places_{kMostWaiting};
  caf::actor_system* system_ = nullptr;
  mesh::EventLog event_log_;
  mesh::Latest<v1::SignalingState> state_;
  uint64_t version_ = 0;
  std::unique_ptr<mesh::Peer<policy::v1::Policy>> policy_;
  std::shared_ptr<mesh::Peer<media::v1::Media>> media_;
  std::unique_ptr<mesh::Peer<network::v1::NetworkAccess>> network_;
  std::shared_ptr<mesh::Peer<certificates::v1::CertificateManager>> certificates_;
  std::unique_ptr<StateWriter> state_writer_;
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
