// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificate_rpc.hpp"

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/client/peer.hpp"
#include "common/mesh/client/watcher.hpp"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "services/certificate_manager/convert.hpp"

namespace phone::certificates {
namespace {

using mesh::Reply;
using policy::v1::EffectivePolicy;
using policy::v1::Policy;
using policy::v1::WatchPolicyRequest;
using trust::v1::TrustStore;

// Within the deadline enrolment gives the whole of making a key.
constexpr absl::Duration kTrustListsWait = absl::Seconds(2);

PolicyChanged to_change(const EffectivePolicy& policy) {
  PolicyChanged change{.kept = {.fips = policy.fips(),
                                .lsc_for_wlan = policy.lsc_for_wlan(),
                                .tls = tls::policy_of(policy),
                                .registers_by_tls = policy.transport() == policy::v1::TRANSPORT_TLS,
                                .lock = settings::lock_of(policy.settings_lock())}};
  change.kept.tls.server_minimum = tls::kTls12;  // here the phone is the client
  for (const auto& server : policy.capf()) {
    change.capf.push_back({server.address(), static_cast<std::uint16_t>(server.port())});
  }
  if (policy.has_scep()) {
    change.scep_server = Server{policy.scep().host(), static_cast<std::uint16_t>(policy.scep().port())};
    change.scep = {policy.scep().path(), policy.scep().root_fingerprint(),
                   crypto::Secret::copy_of(policy.scep().challenge()), policy.scep().triple_des()};
  }
  return change;
}

// Checks the request, sends one message to the certificate store, converts its answer.
template <class Result, class Rep, class Checked, class Convert>
void pass_on(caf::actor_system& system, const CertificateStoreActor& certificate_store, const Reply<Rep>& reply,
             Checked checked, Convert convert) {
  if (!checked.ok()) return reply.fail(checked.status());
  mesh::ask<Result>(system, certificate_store, reply, std::move(convert), *std::move(checked));
}

}  // namespace

struct CertificateRpc::Peers {
  explicit Peers(const mesh::Paths& paths)
      : trust(mesh::socket_of(paths, "trust_store")), policy(mesh::socket_of(paths, "policy")) {}
  mesh::Peer<TrustStore> trust;
  mesh::Peer<Policy> policy;
  std::unique_ptr<mesh::Watcher<Policy, WatchPolicyRequest, EffectivePolicy>> watcher;
};

CertificateRpc::CertificateRpc(caf::actor_system& system, CertificateStoreActor certificate_store,
                               const mesh::Paths& paths)
    : system_(system), certificate_store_(std::move(certificate_store)), peers_(std::make_unique<Peers>(paths)) {}

CertificateRpc::~CertificateRpc() = default;

void CertificateRpc::follow_policy() {
  peers_->watcher = std::make_unique<mesh::Watcher<Policy, WatchPolicyRequest, EffectivePolicy>>(
      peers_->policy, &Policy::Stub::WatchPolicy, WatchPolicyRequest(),
      [certificate_store = certificate_store_](const EffectivePolicy& policy) {
        // A partial configuration says nothing about FIPS mode: what was applied last holds.
        if (policy.stage() == policy::v1::STAGE_COMPLETE || policy.reset()) tell(certificate_store, to_change(policy));
      });
}

void CertificateRpc::stop() {
  if (peers_->watcher) peers_->watcher->stop();
}

void CertificateRpc::serve(mesh::Router& router, const mesh::Latest<v1::CertificateState>& state,
                           const mesh::Latest<v1::EnrolmentOrder>& orders, const mesh::EventLog& event_log) {
  const std::string service = "phone.certificates.v1.CertificateManager/";
  router.unary<v1::SignRequest, v1::SignReply>(
      service + "Sign", [this](const v1::SignRequest& request, const Reply<v1::SignReply>& reply) {
        pass_on<std::string>(system_, certificate_store_, reply, to_order(request, reply.info().caller),
                             [](const std::string& signature) {
                               v1::SignReply made;
                               made.set_signature(signature);
                               return made;
                             });
      });
  router.unary<v1::GetIdentityRequest, v1::Identity>(
      service + "GetIdentity", [this](const v1::GetIdentityRequest& request, const Reply<v1::Identity>& reply) {
        pass_on<LookupAnswer>(system_, certificate_store_, reply, to_order(request, reply.info().caller),
                              [](const LookupAnswer& answer) { return to_proto(answer); });
      });
  router.unary<v1::UnwrapRequest, v1::UnwrapReply>(
      service + "Unwrap", [this](const v1::UnwrapRequest& request, const Reply<v1::UnwrapReply>& reply) {
        pass_on<UnwrapAnswer>(system_, certificate_store_, reply, to_order(request, reply.info().caller),
                              [](const UnwrapAnswer& answer) { return to_proto(answer); });
      });
  router.unary<v1::ListCertificatesRequest, v1::CertificateState>(
      service + "ListCertificates", [&state](const v1::ListCertificatesRequest&,
                                             const Reply<v1::CertificateState>& reply) { reply.ok(state.get()); });
  router.state<v1::ListCertificatesRequest>(service + "WatchCertificates", state);
  router.unary<v1::EnrolRequest, v1::EnrolReply>(
      service + "Enrol", [this](const v1::EnrolRequest& request, const Reply<v1::EnrolReply>& reply) {
        pass_on<EnrolAnswer>(system_, certificate_store_, reply, to_order(request, reply.info().caller),
                             [](const EnrolAnswer& answer) {
                               v1::EnrolReply made;
                               made.set_order(answer.order);
                               return made;
                             });
      });
  router.unary<v1::IdentityUse, v1::IdentityUseReply>(
      service + "ReportIdentityUse", [this](const v1::IdentityUse& request, const Reply<v1::IdentityUseReply>& reply) {
        pass_on<UseAnswer>(system_, certificate_store_, reply, to_report(request), [](const UseAnswer& answer) {
          v1::IdentityUseReply made;
          made.set_show_another(answer.show_another);
          return made;
        });
      });
  router.events(service + "WatchEvents", event_log);
  serve_enrolment(router, orders);
}

void CertificateRpc::serve_enrolment(mesh::Router& router, const mesh::Latest<v1::EnrolmentOrder>& orders) {
  const std::string service = "phone.certificates.v1.EnrolmentKeys/";
  router.state<v1::WatchOrdersRequest, v1::EnrolmentOrder>(service + "WatchOrders", orders);
  router.unary<v1::GenerateKeyRequest, v1::GenerateKeyReply>(
      service + "GenerateKey", [this](const v1::GenerateKeyRequest& request, const Reply<v1::GenerateKeyReply>& reply) {
        const auto make = [this, request, reply](bool ec_allowed) {
          pass_on<FreshKey>(system_, certificate_store_, reply, to_order(request, ec_allowed),
                            [](const FreshKey& fresh) {
                              v1::GenerateKeyReply made;
                              made.set_public_key(fresh.spki);
                              return made;
                            });
        };
        if (request.type() != v1::KEY_TYPE_EC) return make(false);
        // Whether EC keys are allowed stands in the trust lists (cisco-formats.md D3).
        peers_->trust.start(&TrustStore::Stub::PrepareAsyncGetTrustLists, trust::v1::GetTrustListsRequest(),
                            kTrustListsWait, [make, reply](const absl::StatusOr<trust::v1::TrustLists>& lists) {
                              if (!lists.ok()) return reply.fail(lists.status());
                              make(lists->ec_allowed());
                            });
      });
  router.unary<v1::StoreCertificateRequest, v1::StoreCertificateReply>(
      service + "StoreCertificate",
      [this](const v1::StoreCertificateRequest& request, const Reply<v1::StoreCertificateReply>& reply) {
        pass_on<StoreCertificateAnswer>(system_, certificate_store_, reply, to_order(request),
                                        [](const StoreCertificateAnswer& answer) {
                                          v1::StoreCertificateReply made;
                                          made.set_stored(answer.stored);
                                          made.set_reason(answer.reason);
                                          return made;
                                        });
      });
  router.unary<v1::DeleteCertificateRequest, v1::DeleteCertificateReply>(
      service + "DeleteCertificate",
      [this](const v1::DeleteCertificateRequest& request, const Reply<v1::DeleteCertificateReply>& reply) {
        pass_on<DeleteCertificateAnswer>(system_, certificate_store_, reply, to_order(request),
                                         [](const DeleteCertificateAnswer& answer) {
                                           v1::DeleteCertificateReply made;
                                           made.set_deleted(answer.deleted);
                                           return made;
                                         });
      });
  router.unary<v1::EnrolmentReport, v1::EnrolmentReportReply>(
      service + "Report", [this](const v1::EnrolmentReport& request, const Reply<v1::EnrolmentReportReply>& reply) {
        pass_on<void>(system_, certificate_store_, reply, to_report(request),
                      [] { return v1::EnrolmentReportReply(); });
      });
}

}  // namespace phone::certificates
