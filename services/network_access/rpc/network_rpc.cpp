// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/rpc/network_rpc.hpp"

#include <optional>

#include "common/clock/present_time.hpp"
#include "common/crypto/x509.hpp"
#include "common/mesh/client/peer.hpp"
#include "common/mesh/client/watcher.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/policy/v1/policy.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "services/network_access/rpc/network_enums.hpp"

namespace phone::network {
namespace {

using certificates::v1::CertificateManager;
using certificates::v1::CertificateState;
using certificates::v1::GetIdentityRequest;
using certificates::v1::Identity;
using certificates::v1::ListCertificatesRequest;
using mesh::Reply;
using policy::v1::EffectivePolicy;
using policy::v1::Policy;
using policy::v1::WatchPolicyRequest;
using trust::v1::Authorities;
using trust::v1::TrustStore;
using trust::v1::WatchAuthoritiesRequest;

constexpr absl::Duration kIdentityWait = absl::Seconds(2);
constexpr std::size_t kMostAuthorities = 16;

AccessPolicy access_of(const EffectivePolicy& from) {
  AccessPolicy access{.enabled = from.eap_authentication_enabled(),
                      .disabled = from.eap_authentication_disabled(),
                      .eap = std::nullopt,
                      .wlans = {},
                      .tls = tls::policy_of(from),
                      .wlan_off = from.wlan_disabled(),
                      .lsc_for_wlan = from.lsc_for_wlan(),
                      .lock = settings::lock_of(from.settings_lock())};
  if (from.has_eap_profile()) access.eap = configured_eap(from.eap_profile().profile(), from.eap_profile().refused());
  access.wlans = configured_wlans(from.wlan_profile());
  access.tls.server_minimum = tls::kTls12;  // here the phone is the client
  return access;
}

PortPolicy port_of(const EffectivePolicy& from) {
  return {.pc_disabled = from.pc_port_disabled(),
          .vlan_access = from.voice_vlan_access(),
          .gratuitous_arp = from.gratuitous_arp(),
          .voice_vlan = !from.voice_vlan_disabled(),
          .discovery = {.cdp_switch = !from.cdp_switch_port_disabled(),
                        .cdp_pc = from.cdp_pc_port(),
                        .lldp_switch = !from.lldp_switch_port_disabled(),
                        .lldp_pc = from.lldp_pc_port()},
          .ip = ip_mode(from.ip_address_mode())};
}

void add_identity(const mesh::Peer<CertificateManager>& peer, certificates::v1::CertificateKind kind,
                  CertificatesChanged& to) {
  GetIdentityRequest request;
  request.set_purpose(kind == certificates::v1::CERTIFICATE_KIND_USER ? certificates::v1::PURPOSE_EAP_TLS_WLAN
                                                                      : certificates::v1::PURPOSE_EAP_TLS_WIRED);
  request.set_kind(kind);
  const absl::StatusOr<Identity> identity = peer.call(&CertificateManager::Stub::GetIdentity, request, kIdentityWait);
  if (!identity.ok() || identity->chain().empty()) return;  // none of that kind
  const auto leaf = crypto::Certificate::parse(identity->chain(0));
  if (!leaf.ok()) return;
  to.certificates.push_back({.kind = kCertificates.from_proto(kind).value_or(EapCertificate::kMic),
                             .chain = {identity->chain().begin(), identity->chain().end()},
                             .not_before = leaf->not_before(),
                             .not_after = leaf->not_after()});
}

}  // namespace

struct NetworkRpc::Peers {
  explicit Peers(const mesh::Paths& paths)
      : policy(mesh::socket_of(paths, "policy")),
        certificates(mesh::socket_of(paths, "certificate_manager")),
        trust(mesh::socket_of(paths, "trust_store")) {}
  mesh::Peer<Policy> policy;
  mesh::Peer<CertificateManager> certificates;
  mesh::Peer<TrustStore> trust;
  std::unique_ptr<mesh::Watcher<TrustStore, WatchAuthoritiesRequest, Authorities>> authority_watcher;
  std::unique_ptr<mesh::Watcher<Policy, WatchPolicyRequest, EffectivePolicy>> policy_watcher;
  std::unique_ptr<mesh::Watcher<CertificateManager, ListCertificatesRequest, CertificateState>> certificate_watcher;
};

NetworkRpc::NetworkRpc(caf::actor_system& system, const mesh::Paths& paths)
    : system_(system), peers_(std::make_unique<Peers>(paths)) {}

NetworkRpc::~NetworkRpc() = default;

template <class Message, class Answer>
void NetworkRpc::serve_profile(mesh::Router& router, const char* method, const AccessActor& actor) {
  router.unary<Message, Answer>(method, [this, actor](const Message& request, const Reply<Answer>& reply) {
    if (!actor)
      return reply.fail(absl::FailedPreconditionError(
          std::is_same_v<Message, v1::WlanProfile> ? "this phone has no WLAN" : "this phone has no wired port"));
    auto profile = to_profile(request);
    if (!profile.ok()) return reply.fail(profile.status());
    mesh::ask<ApplyProfileResult>(
        system_, actor, reply,
        [](const ApplyProfileResult& applied) {
          Answer made;
          made.set_applied(applied.refusal.empty());
          made.set_reason(applied.refusal.empty() ? applied.remark : applied.refusal);
          return made;
        },
        ApplyProfileRequest{*std::move(profile)});
  });
}

void NetworkRpc::serve(mesh::Router& router, const mesh::Latest<v1::NetworkFacts>& facts,
                       const mesh::EventLog& event_log, AccessActor wire, AccessActor wlan) {
  router.state<v1::WatchNetworkRequest, v1::NetworkFacts>("phone.network.v1.NetworkAccess/WatchNetwork", facts);
  router.events("phone.network.v1.NetworkAccess/WatchEvents", event_log);
  serve_profile<v1::WiredProfile, v1::ApplyWiredProfileReply>(router,
                                                              "phone.network.v1.NetworkAccess/ApplyWiredProfile", wire);
  serve_profile<v1::WlanProfile, v1::ApplyWlanProfileReply>(router, "phone.network.v1.NetworkAccess/ApplyWlanProfile",
                                                            wlan);
}

void NetworkRpc::take_dates(mesh::Router& router, TakeDate take) {
  router.unary<v1::ReportTimeRequest, v1::ReportTimeReply>(
      "phone.network.v1.NetworkAccess/ReportTime",
      [take = std::move(take)](const v1::ReportTimeRequest& request, const Reply<v1::ReportTimeReply>& reply) {
        constexpr std::size_t kLongestServer = 253;
        if (!request.has_date() || request.date().seconds() <= 0)
          return reply.fail(absl::InvalidArgumentError("the date is missing"));
        if (request.server().size() > kLongestServer)
          return reply.fail(absl::InvalidArgumentError("the server's name is longer than 253 bytes"));
        take(request.server(), absl::FromUnixSeconds(request.date().seconds()), [reply](const DateVerdict& verdict) {
          v1::ReportTimeReply made;
          made.set_taken(verdict.taken);
          made.set_reason(verdict.reason);
          reply.ok(made);
        });
      });
}

void NetworkRpc::follow(std::function<void(AccessPolicy, PortPolicy)> policy, std::function<void(TimePolicy)> time,
                        std::function<void(AuthoritiesListed)> authorities,
                        std::function<void(CertificatesChanged)> certificates) {
  peers_->policy_watcher = std::make_unique<mesh::Watcher<Policy, WatchPolicyRequest, EffectivePolicy>>(
      peers_->policy, &Policy::Stub::WatchPolicy, WatchPolicyRequest(),
      [policy = std::move(policy), time = std::move(time)](const EffectivePolicy& effective) {
        // A partial configuration says nothing about the network: the last policy holds. One that was forgotten on
        // purpose leaves nothing.
        if (effective.stage() != policy::v1::STAGE_COMPLETE && !effective.reset()) return;
        policy(access_of(effective), port_of(effective));
        time({.servers = {effective.ntp_server().begin(), effective.ntp_server().end()},
              .zone = effective.time_zone(),
              .date_template = effective.date_template()});
      });
  peers_->authority_watcher = std::make_unique<mesh::Watcher<TrustStore, WatchAuthoritiesRequest, Authorities>>(
      peers_->trust, &TrustStore::Stub::WatchAuthorities, WatchAuthoritiesRequest(),
      [authorities = std::move(authorities)](const Authorities& listed) {
        // The lists were signed with a time: it has certainly passed.
        if (listed.has_signed_at())
          clock::prove(absl::FromUnixSeconds(listed.signed_at().seconds()), "a trust list's signature");
        AuthoritiesListed known;
        for (const auto& der : listed.certificate()) {
          if (known.certificates.size() < kMostAuthorities) known.certificates.push_back(der);
        }
        authorities(std::move(known));
      });
  peers_->certificate_watcher =
      std::make_unique<mesh::Watcher<CertificateManager, ListCertificatesRequest, CertificateState>>(
          peers_->certificates, &CertificateManager::Stub::WatchCertificates, ListCertificatesRequest(),
          [this, certificates = std::move(certificates)](const CertificateState& state) {
            CertificatesChanged installed{.device_name = state.device_name()};
            add_identity(peers_->certificates, certificates::v1::CERTIFICATE_KIND_LSC, installed);
            add_identity(peers_->certificates, certificates::v1::CERTIFICATE_KIND_MIC, installed);
            add_identity(peers_->certificates, certificates::v1::CERTIFICATE_KIND_USER, installed);
            certificates(std::move(installed));
          });
}

void NetworkRpc::stop() {
  if (peers_->policy_watcher) peers_->policy_watcher->stop();
  if (peers_->authority_watcher) peers_->authority_watcher->stop();
  if (peers_->certificate_watcher) peers_->certificate_watcher->stop();
}

}  // namespace phone::network
