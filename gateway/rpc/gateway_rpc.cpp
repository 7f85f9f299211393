// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/rpc/gateway_rpc.hpp"

#include <absl/strings/str_cat.h>
#include <functional>
#include <string>
#include <utility>

#include "common/mesh/call/reason.hpp"
#include "gateway/metrics/metrics_rpc.hpp"
#include "gateway/peers/peers_rpc.hpp"
#include "gateway/rpc/pass_on.hpp"
#include "gateway/status/redaction.hpp"
#include "phone/gateway/v1/gateway.pb.h"

namespace phone::gateway {
namespace {

using phone::mesh::Failed;
using phone::mesh::Peer;
using phone::mesh::Reply;
using phone::mesh::Router;

// The person at the phone sees everything.
bool far_away(const phone::mesh::CallInfo& info) { return info.caller != phone::mesh::v1::ROLE_UI; }

template <class ServiceT, class Req, class Rep>
void pass(Router& router, const char* method, const Peer<ServiceT>& peer,
          std::unique_ptr<grpc::ClientAsyncResponseReader<Rep>> (ServiceT::Stub::*rpc)(grpc::ClientContext*, const Req&,
                                                                                       grpc::CompletionQueue*),
          std::string_view service, Failed failed = Failed::kTryAgain, std::function<Req(const Req&)> complete = {}) {
  router.unary<Req, Rep>(
      absl::StrCat("phone.gateway.v1.Gateway/", method),
      [&peer, rpc, service, failed, complete = std::move(complete)](const Req& request, Reply<Rep> reply) {
        const absl::Duration patience = patience_for(reply.info().deadline - absl::Now());
        Req order = complete ? complete(request) : request;  // the one copy
        auto done = [reply, service](absl::StatusOr<Rep> answer) {
          if (answer.ok()) {
            if constexpr (requires { redact(*answer); }) {
              if (far_away(reply.info())) redact(*answer);
            }
            return reply.ok(*answer);
          }
          const bool silent = did_not_answer(answer.status());
          reply.fail(phone::mesh::with_reason(refusal(answer.status(), service),
                                              silent ? phone::mesh::reason::kServiceNotResponding : "",
                                              {{"service", std::string(service)}}));
        };
        if (failed == Failed::kTryAgain) return peer.start(rpc, std::move(order), patience, std::move(done));
        peer.start_once(rpc, std::move(order), patience, std::move(done));
      });
}

template <class Message>
class RedactedStream final : public phone::mesh::Stream {
 public:
  explicit RedactedStream(std::unique_ptr<phone::mesh::Stream> whole) : whole_(std::move(whole)) {}
  std::shared_ptr<const google::protobuf::Message> next() override {
    const auto message = std::static_pointer_cast<const Message>(whole_->next());
    if (!message) return nullptr;
    auto shown = std::make_shared<Message>(*message);
    redact(*shown);
    return shown;
  }
  std::optional<absl::Status> ended() override { return whole_->ended(); }

 private:
  const std::unique_ptr<phone::mesh::Stream> whole_;
};

template <class Message>
std::unique_ptr<phone::mesh::Stream> seen_by(const phone::mesh::CallInfo& info,
                                             std::unique_ptr<phone::mesh::Stream> whole) {
  if (!far_away(info)) return whole;
  return std::make_unique<RedactedStream<Message>>(std::move(whole));
}

void serve_status(Router& router, caf::actor_system& system, const StatusActor& phone_status,
                  const phone::mesh::Latest<phone::gateway::v1::PhoneStatus>& latest,
                  const phone::mesh::EventLog& event_log) {
  using phone::gateway::v1::GetStatusRequest;
  using phone::gateway::v1::PhoneStatus;
  using phone::mesh::v1::Event;
  using phone::mesh::v1::WatchEventsRequest;
  using Opened = absl::StatusOr<std::unique_ptr<phone::mesh::Stream>>;
  router.unary<GetStatusRequest, PhoneStatus>(
      "phone.gateway.v1.Gateway/GetStatus", [&system, phone_status](const GetStatusRequest&, Reply<PhoneStatus> reply) {
        const bool hides = far_away(reply.info());
        phone::mesh::ask<PhoneStatus>(
            system, phone_status, std::move(reply),
            [hides](PhoneStatus status) {
              if (hides) redact(status);
              return status;
            },
            GetStatusNow{});
      });
  router.stream<GetStatusRequest, PhoneStatus>(
      "phone.gateway.v1.Gateway/WatchStatus",
      [source = latest.source()](const GetStatusRequest&, const phone::mesh::CallInfo& info, phone::mesh::Wake wake)
          -> Opened { return seen_by<PhoneStatus>(info, source(std::move(wake))); });
  router.stream<WatchEventsRequest, Event>(
      "phone.gateway.v1.Gateway/WatchEvents",
      [source = event_log.source()](const WatchEventsRequest& request, const phone::mesh::CallInfo& info,
                                    phone::mesh::Wake wake) -> Opened {
        return seen_by<Event>(info, source(request.after_sequence(), std::move(wake)));
      });
}

}  // namespace

void serve_gateway(Router& router, caf::actor_system& system, const StatusActor& phone_status,
                   const phone::mesh::Latest<phone::gateway::v1::PhoneStatus>& latest,
                   const phone::mesh::EventLog& event_log, const Peers& peers, const EnrolmentServers& enrolment,
                   std::function<OnDemand()> on_demand) {
  serve_status(router, system, phone_status, latest, event_log);
  serve_metrics(router, peers, latest, std::move(on_demand));

  using phone::signaling::v1::Signaling;
  // Not repeated: a signaling that died just after its INVITE would place the call twice.
  pass(router, "Dial", peers.signaling, &Signaling::Stub::PrepareAsyncDial, name_of(Source::kSignaling),
       Failed::kTellAtOnce);
  pass(router, "Answer", peers.signaling, &Signaling::Stub::PrepareAsyncAnswer, name_of(Source::kSignaling));
  pass(router, "HangUp", peers.signaling, &Signaling::Stub::PrepareAsyncHangUp, name_of(Source::kSignaling));
  pass(router, "Decline", peers.signaling, &Signaling::Stub::PrepareAsyncDecline, name_of(Source::kSignaling));
  pass(router, "Ignore", peers.signaling, &Signaling::Stub::PrepareAsyncIgnore, name_of(Source::kSignaling));
  pass(router, "SetHook", peers.signaling, &Signaling::Stub::PrepareAsyncSetHook, name_of(Source::kSignaling));
  pass(router, "GetMemory", peers.signaling, &Signaling::Stub::PrepareAsyncGetMemory, name_of(Source::kSignaling));
  pass(router, "ForgetCalls", peers.signaling, &Signaling::Stub::PrepareAsyncForgetCalls, name_of(Source::kSignaling));
  pass(router, "Hold", peers.signaling, &Signaling::Stub::PrepareAsyncHold, name_of(Source::kSignaling));
  pass(router, "Resume", peers.signaling, &Signaling::Stub::PrepareAsyncResume, name_of(Source::kSignaling));
  // Not repeated: it might have begun.
  pass(router, "Transfer", peers.signaling, &Signaling::Stub::PrepareAsyncTransfer, name_of(Source::kSignaling),
       Failed::kTellAtOnce);
  // Not repeated: the far end would get the keys twice.
  pass(router, "SendDigits", peers.signaling, &Signaling::Stub::PrepareAsyncSendDigits, name_of(Source::kSignaling),
       Failed::kTellAtOnce);
  pass(router, "SetDoNotDisturb", peers.signaling, &Signaling::Stub::PrepareAsyncSetDoNotDisturb,
       name_of(Source::kSignaling));
  // Not repeated: it might have been asked for.
  pass(router, "UseFeature", peers.signaling, &Signaling::Stub::PrepareAsyncUseFeature, name_of(Source::kSignaling),
       Failed::kTellAtOnce);
  pass(router, "Authorize", peers.signaling, &Signaling::Stub::PrepareAsyncAuthorize, name_of(Source::kSignaling),
       Failed::kTellAtOnce);
  pass(router, "SelectTransducer", peers.media, &phone::media::v1::Media::Stub::PrepareAsyncSelectTransducer,
       name_of(Source::kMedia));
  pass(router, "SetMute", peers.media, &phone::media::v1::Media::Stub::PrepareAsyncSetMute, name_of(Source::kMedia));
  pass(router, "SetVolume", peers.media, &phone::media::v1::Media::Stub::PrepareAsyncSetVolume,
       name_of(Source::kMedia));
  using phone::trust::v1::TrustStore;
  pass(router, "GetTrustLists", peers.trust, &TrustStore::Stub::PrepareAsyncGetTrustLists,
       name_of(Source::kTrustStore));
  pass(router, "PreviewTrustList", peers.trust, &TrustStore::Stub::PrepareAsyncPreviewTrustList,
       name_of(Source::kTrustStore));
  pass(router, "AllowOlder", peers.trust, &TrustStore::Stub::PrepareAsyncAllowOlder, name_of(Source::kTrustStore));
  pass(router, "ListDecisions", peers.trust, &TrustStore::Stub::PrepareAsyncListDecisions,
       name_of(Source::kTrustStore));
  using phone::certificates::v1::CertificateManager;
  pass(router, "ListCertificates", peers.certificates, &CertificateManager::Stub::PrepareAsyncListCertificates,
       name_of(Source::kCertificateManager));
  using phone::certificates::v1::EnrolRequest;
  pass<CertificateManager, EnrolRequest>(
      router, "Enrol", peers.certificates, &CertificateManager::Stub::PrepareAsyncEnrol,
      name_of(Source::kCertificateManager), Failed::kTryAgain,
      [&enrolment](const EnrolRequest& order) { return enrolment.completed(order); });
  using phone::network::v1::NetworkAccess;
  pass(router, "ApplyWiredProfile", peers.network, &NetworkAccess::Stub::PrepareAsyncApplyWiredProfile,
       name_of(Source::kNetworkAccess));
  pass(router, "ApplyWlanProfile", peers.network, &NetworkAccess::Stub::PrepareAsyncApplyWlanProfile,
       name_of(Source::kNetworkAccess));
  using phone::policy::v1::Policy;
  pass(router, "Reprovision", peers.policy, &Policy::Stub::PrepareAsyncReprovision, name_of(Source::kPolicy));
  pass(router, "ListSettings", peers.policy, &Policy::Stub::PrepareAsyncListSettings, name_of(Source::kPolicy));
  // Not repeated: a wrong password would count twice.
  pass(router, "Unlock", peers.policy, &Policy::Stub::PrepareAsyncUnlock, name_of(Source::kPolicy),
       Failed::kTellAtOnce);
  pass(router, "Lock", peers.policy, &Policy::Stub::PrepareAsyncLock, name_of(Source::kPolicy));
  pass(router, "Reset", peers.policy, &Policy::Stub::PrepareAsyncReset, name_of(Source::kPolicy));
  using phone::url::v1::UrlServices;
  // Not repeated: a server may count wrong passwords.
  pass(router, "SearchContacts", peers.urls, &UrlServices::Stub::PrepareAsyncSearchContacts, "url_services",
       Failed::kTellAtOnce);
  pass(router, "ForgetCredentials", peers.urls, &UrlServices::Stub::PrepareAsyncForgetCredentials, "url_services");
}

}  // namespace phone::gateway
