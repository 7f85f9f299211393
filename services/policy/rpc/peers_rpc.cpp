// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/peers_rpc.hpp"

#include <algorithm>

#include "services/policy/rpc/policy_enums.hpp"

namespace phone::policy {
namespace {

using CertificateManager = certificates::v1::CertificateManager;
using TrustStore = trust::v1::TrustStore;

// The worker must be able to stop within a unit's stop time, but a restart of a peer under load takes a while.
constexpr absl::Duration kAnswer = absl::Seconds(4);
constexpr std::chrono::milliseconds kLook{200};  // how often a wait checks whether it was cancelled

ListFacts facts_of(const trust::v1::TrustList& list) {
  return {.installed = list.installed(),
          .sha1 = list.sha1(),
          .server = list.server(),
          .signer_version = list.signer_version()};
}

std::vector<std::string> tftp_servers_of(const trust::v1::TrustList& list) {
  std::vector<std::string> hosts;
  for (const auto& record : list.record()) {
    const bool serves = std::any_of(record.role().begin(), record.role().end(), [](int role) {
      return role == trust::v1::TRUST_ROLE_TFTP || role == trust::v1::TRUST_ROLE_CCM_TFTP;
    });
    const std::string& host = record.dns_name().empty() ? record.address() : record.dns_name();
    if (serves && !host.empty()) hosts.push_back(host);
  }
  return hosts;
}

TrustFacts facts_of(const trust::v1::TrustLists& lists) {
  return {.ctl = facts_of(lists.ctl()),
          .itl = facts_of(lists.itl()),
          .signed_files_required = lists.signed_files_required(),
          .mixed_mode = lists.mixed_mode(),
          .tftp_servers = tftp_servers_of(lists.itl())};
}

std::vector<std::string> md5_of(const certificates::v1::CertificateState& state) {
  std::vector<std::string> md5;
  for (const auto& certificate : state.certificate()) md5.push_back(certificate.md5());
  return md5;
}

// How an enrolment ended, or nothing while it goes on.
std::optional<EnrolmentEnd> end_of(const certificates::v1::EnrolmentReport& report) {
  switch (report.phase()) {
    case certificates::v1::ENROLMENT_PHASE_INSTALLED:
      return EnrolmentEnd{true, "installed"};
    case certificates::v1::ENROLMENT_PHASE_NOTHING_TO_DO:
      return EnrolmentEnd{true, "nothing to do"};
    case certificates::v1::ENROLMENT_PHASE_DELETED:
      return EnrolmentEnd{true, "deleted"};
    case certificates::v1::ENROLMENT_PHASE_FETCHED:
      return EnrolmentEnd{true, "fetched"};
    case certificates::v1::ENROLMENT_PHASE_FAILED:
      return EnrolmentEnd{false, report.reason()};
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::StatusOr<TrustFacts> TrustStorePeer::facts() {
  const auto lists = peer_.call(&TrustStore::Stub::GetTrustLists, trust::v1::GetTrustListsRequest(), kAnswer);
  if (!lists.ok()) return lists.status();
  return facts_of(*lists);
}

absl::StatusOr<OfferAnswer> TrustStorePeer::offer(const std::vector<ListFile>& lists) {
  trust::v1::OfferTrustListsRequest request;
  for (const auto& list : lists) {
    auto& offered = *request.add_list();
    offered.set_kind(list.ctl ? trust::v1::LIST_KIND_CTL : trust::v1::LIST_KIND_ITL);
    offered.set_content(list.content);
    offered.set_server(list.server);
    offered.set_name(list.name);
  }
  // A list signed by an unknown signer is asked about at every TVS in turn.
  const auto reply = peer_.call(&TrustStore::Stub::OfferTrustLists, request, absl::Seconds(15));
  if (!reply.ok()) return reply.status();
  OfferAnswer answer{.alarm = static_cast<std::uint32_t>(reply->alarm()), .facts = facts_of(reply->lists())};
  for (const auto& verdict : reply->verdict()) {
    answer.lists.push_back({.ctl = verdict.kind() == trust::v1::LIST_KIND_CTL,
                            .accepted = verdict.accepted(),
                            .unchanged = verdict.unchanged(),
                            .reason = verdict.reason()});
  }
  return answer;
}

absl::StatusOr<ReleaseAnswer> TrustStorePeer::release(const std::string& content) {
  trust::v1::OfferReleaseRequest request;
  request.set_content(content);
  const auto reply = peer_.call(&TrustStore::Stub::OfferRelease, request, kAnswer);
  if (!reply.ok()) return reply.status();
  return ReleaseAnswer{.accepted = reply->accepted(), .reason = reply->reason()};
}

absl::StatusOr<FileVerdict> TrustStorePeer::verify_file(const std::string& requested_name, const std::string& content) {
  return judged(requested_name, content, false);
}

absl::StatusOr<FileVerdict> TrustStorePeer::put_in_force(const std::string& requested_name,
                                                         const std::string& content) {
  return judged(requested_name, content, true);
}

absl::StatusOr<FileVerdict> TrustStorePeer::judged(const std::string& requested_name, const std::string& content,
                                                   bool put_in_force) {
  trust::v1::VerifyFileRequest request;
  request.set_put_in_force(put_in_force);
  request.set_requested_name(requested_name);
  request.set_content(content);
  auto reply = peer_.call(&TrustStore::Stub::VerifyFile, request, absl::Seconds(15));
  if (!reply.ok()) return reply.status();
  FileVerdict verdict{.trusted = reply->trusted(),
                      .reason = reply->reason(),
                      .signer = reply->signer(),
                      .body = std::move(*reply->mutable_body()),
                      .signed_at = reply->signed_at().seconds(),
                      .same_second = reply->same_second()};
  if (reply->has_encryption()) {
    const auto& from = reply->encryption();
    verdict.encryption = Encryption{.iv = from.iv(),
                                    .padding_length = from.padding_length(),
                                    .wrapped_key = from.wrapped_key(),
                                    .key_bits = from.key_bits(),
                                    .digest = from.digest(),
                                    .plaintext_digest = from.plaintext_digest()};
  }
  return verdict;
}

absl::StatusOr<std::string> TrustStorePeer::verify_server(const std::vector<std::string>& chain,
                                                          const std::string& host) {
  trust::v1::VerifyPeerRequest request;
  for (const auto& der : chain) request.add_chain(der);
  request.set_role(trust::v1::TRUST_ROLE_TFTP);
  request.set_host(host);
  request.set_purpose("https");
  return judged(request);
}

absl::StatusOr<std::string> TrustStorePeer::verify(const std::vector<std::string>& chain,
                                                   const AuditCollector& collector) {
  trust::v1::VerifyPeerRequest request;
  for (const auto& der : chain) request.add_chain(der);
  request.set_role(trust::v1::TRUST_ROLE_APP_SERVER);
  request.set_host(collector.host);
  request.set_purpose("syslog");
  request.set_anchor(collector.certificate);
  request.set_server(true);
  return judged(request);
}

absl::StatusOr<std::string> TrustStorePeer::judged(const trust::v1::VerifyPeerRequest& request) {
  const auto reply = peer_.call(&TrustStore::Stub::VerifyPeer, request, kAnswer);
  if (!reply.ok()) return reply.status();
  if (!reply->trusted()) return absl::PermissionDeniedError(reply->reason());
  return reply->by();
}

CertificateManagerPeer::CertificateManagerPeer(mesh::Peer<CertificateManager>& peer, const std::atomic<bool>& cancelled,
                                               std::function<void()> changed)
    : peer_(peer),
      cancelled_(cancelled),
      changed_(std::move(changed)),
      watcher_(
          peer, &CertificateManager::Stub::WatchCertificates, certificates::v1::ListCertificatesRequest(),
          [this](const certificates::v1::CertificateState& state) { seen(state); },
          [this](const absl::Status&) { lost(); }) {}

absl::StatusOr<CertificateFacts> CertificateManagerPeer::facts() {
  const auto state =
      peer_.call(&CertificateManager::Stub::ListCertificates, certificates::v1::ListCertificatesRequest(), kAnswer);
  if (!state.ok()) return state.status();
  return CertificateFacts{.device_name = state->device_name(), .md5 = md5_of(*state)};
}

absl::StatusOr<EnrolmentEnd> CertificateManagerPeer::enrol(const EnrolOrder& order, std::chrono::seconds patience) {
  certificates::v1::EnrolRequest request;
  request.set_operation(certificates::v1::OPERATION_CAPF_SESSION);
  request.set_authentication(kCapfAuthentications.to_proto(order.mode));
  request.set_reason(order.reason);
  for (const auto& server : order.servers) {
    auto& added = *request.add_server();
    added.set_host(server.address);
    added.set_port(server.port);
  }
  const auto reply = peer_.call(&CertificateManager::Stub::Enrol, request, kAnswer);
  if (!reply.ok()) return reply.status();

  const auto until = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  const std::uint64_t restarts = restarts_;
  std::uint64_t states_at_restart = 0;
  while (!cancelled_.load()) {
    if (report_.order() == reply->order()) {
      if (auto end = end_of(report_)) return *end;
    } else if (restarts_ != restarts) {
      // After a restart the first state shows whether the order has survived it.
      if (states_at_restart == 0) states_at_restart = states_ + 1;
      if (states_ >= states_at_restart)
        return absl::UnavailableError("certificate_manager restarted during the enrolment");
    }
    if (std::chrono::steady_clock::now() >= until) return absl::DeadlineExceededError("the enrolment timed out");
    news_.wait_for(lock, kLook);
  }
  return absl::CancelledError("no longer needed");
}

absl::StatusOr<crypto::Secret> CertificateManagerPeer::unwrap(const std::string& wrapped_key) {
  certificates::v1::UnwrapRequest request;
  request.set_purpose(certificates::v1::PURPOSE_FILE_UNWRAP);
  request.set_wrapped_key(wrapped_key);
  auto reply = peer_.call(&CertificateManager::Stub::Unwrap, request, kAnswer);
  if (!reply.ok()) return reply.status();
  if (!reply->unwrapped()) return absl::PermissionDeniedError(reply->reason());
  return crypto::Secret(std::move(*reply->mutable_content_key()));
}

void CertificateManagerPeer::seen(const certificates::v1::CertificateState& state) {
  bool other = false;
  {
    const std::lock_guard lock(mutex_);
    report_ = state.enrolment();
    ++states_;
    auto md5 = md5_of(state);
    other = !known_ || md5 != md5_;
    known_ = true;
    md5_ = std::move(md5);
  }
  news_.notify_all();
  if (other) changed_();
}

void CertificateManagerPeer::lost() {
  const std::lock_guard lock(mutex_);
  ++restarts_;
  known_ = false;
}

}  // namespace phone::policy
