// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/rpc/peers_rpc.hpp"

#include <utility>

namespace phone::url_services {
namespace {

constexpr absl::Duration kVerdictWait = absl::Seconds(4);  // TVS may take 2 s of it

UrlServer server_of(const policy::v1::UrlService& from, const std::string& refused) {
  UrlServer server;
  server.refused = refused;
  if (from.host().empty() || from.port() == 0 || from.port() > 65535) return server;
  server.host = from.host();
  server.port = static_cast<std::uint16_t>(from.port());
  server.path = from.path();
  return server;
}

UrlSettings settings_of(const policy::v1::EffectivePolicy& policy) {
  UrlSettings settings;
  settings.contact_search = server_of(policy.contact_search(), policy.contact_search_refused());
  settings.problem_report = server_of(policy.problem_report(), policy.problem_report_refused());
  settings.device_name = policy.device_name();
  settings.tls = tls::policy_of(policy);
  settings.locked = policy.settings_lock() == policy::v1::SETTINGS_LOCK_PASSWORD;
  return settings;
}

}  // namespace

JudgeServer UrlPeers::judge() const {
  return [this](const std::vector<std::string>& chain, const std::string& host,
                const char* purpose) -> absl::StatusOr<std::string> {
    trust::v1::VerifyPeerRequest request;
    for (const std::string& der : chain) request.add_chain(der);
    request.set_role(trust::v1::TRUST_ROLE_APP_SERVER);
    request.set_host(host);
    request.set_purpose(purpose);
    const auto verdict = trust_.call(&trust::v1::TrustStore::Stub::VerifyPeer, request, kVerdictWait);
    if (!verdict.ok()) return verdict.status();
    if (!verdict->trusted()) return absl::PermissionDeniedError(verdict->reason());
    return verdict->by();
  };
}

void UrlPeers::watch_policy(std::function<void(UrlSettings)> on_settings) {
  watcher_ = std::make_unique<PolicyWatcher>(
      policy_, &policy::v1::Policy::Stub::WatchPolicy, policy::v1::WatchPolicyRequest(),
      [on_settings = std::move(on_settings)](const policy::v1::EffectivePolicy& policy) {
        on_settings(settings_of(policy));
      });
}

}  // namespace phone::url_services
