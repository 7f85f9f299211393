// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/admin/mesh_rpc.hpp"

#include <optional>
#include <utility>

#include "common/crypto/digest.hpp"
#include "common/mesh/client/peer.hpp"
#include "common/mesh/client/watcher.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/gateway/v1/gateway.grpc.pb.h"
#include "phone/policy/v1/policy.grpc.pb.h"

namespace phone::gateway::web {
namespace {

namespace keys = phone::certificates::v1;
namespace door = phone::policy::v1;

constexpr absl::Duration kSign = absl::Seconds(1), kIdentity = absl::Seconds(2), kCheck = absl::Seconds(5),
                         kMetrics = absl::Seconds(5), kReport = absl::Seconds(10);

keys::Scheme scheme_of(crypto::SigningInput::Scheme scheme) {
  switch (scheme) {
    case crypto::SigningInput::kRsaPkcs1:
      return keys::SCHEME_RSA_PKCS1;
    case crypto::SigningInput::kRsaPss:
      return keys::SCHEME_RSA_PSS;
    case crypto::SigningInput::kEcdsa:
      return keys::SCHEME_ECDSA;
  }
  return keys::SCHEME_UNSPECIFIED;
}

std::string name_of(keys::CertificateKind kind) { return kind == keys::CERTIFICATE_KIND_LSC ? "LSC" : "MIC"; }

}  // namespace

struct AdminMesh::Parts {
  explicit Parts(const mesh::Paths& paths)
      : policy(socket_of(paths, "policy")),
        gateway(socket_of(paths, "gateway")),
        certificates(socket_of(paths, "certificate_manager")) {}

  absl::StatusOr<std::string> sign(const std::string& fingerprint, const crypto::SigningInput& input) const {
    keys::SignRequest request;
    request.set_purpose(keys::PURPOSE_WEB_TLS);
    request.set_scheme(scheme_of(input.scheme));
    request.set_digest(std::string(crypto::digest_name(input.digest)));
    request.set_input(input.input);
    request.set_content(input.content);
    request.set_key_fingerprint(fingerprint);
    auto reply = certificates.call(&keys::CertificateManager::Stub::Sign, request, kSign);
    if (!reply.ok()) return reply.status();
    return reply->signature();
  }

  mesh::Peer<door::Policy> policy;
  mesh::Peer<phone::gateway::v1::Gateway> gateway;
  mesh::Peer<keys::CertificateManager> certificates;
  std::optional<mesh::Watcher<door::Policy, door::WatchWebAccessRequest, door::WebAccess>> watcher;
};

AdminMesh::AdminMesh(const mesh::Paths& paths) : parts_(std::make_shared<Parts>(paths)) {}
AdminMesh::~AdminMesh() { stop(); }

void AdminMesh::watch(Delegate delegate) {
  parts_->watcher.emplace(
      parts_->policy, &door::Policy::Stub::WatchWebAccess, door::WatchWebAccessRequest(),
      [wanted = std::move(delegate.wanted)](const door::WebAccess& access) {
        wanted({.open = access.open(), .tls = tls::policy_of(access), .password_changes = access.password_changes()});
      },
      [lost = std::move(delegate.lost)](const absl::Status&) { lost(); });
}

void AdminMesh::stop() { parts_->watcher.reset(); }

void AdminMesh::report(const DoorReport& report) {
  door::WebAccessReport message;
  message.set_listening(report.listening);
  message.set_port(report.port);
  message.set_why_not(report.why_not);
  message.set_certificate(report.certificate);
  parts_->policy.start(&door::Policy::Stub::PrepareAsyncReportWebAccess, std::move(message), kReport,
                       [](const absl::StatusOr<door::WebAccessReportReply>&) {});
}

void AdminMesh::fetch_identity(std::function<void(absl::StatusOr<DoorIdentity>)> done) {
  keys::GetIdentityRequest request;
  request.set_purpose(keys::PURPOSE_WEB_TLS);
  parts_->certificates.start(&keys::CertificateManager::Stub::PrepareAsyncGetIdentity, std::move(request), kIdentity,
                             [parts = parts_, done = std::move(done)](absl::StatusOr<keys::Identity> identity) {
                               if (!identity.ok()) return done(identity.status());
                               if (identity->chain().empty())
                                 return done(absl::FailedPreconditionError("the phone has no certificate"));
                               DoorIdentity mine{.kind = name_of(identity->kind()),
                                                 .chain_der = {identity->chain().begin(), identity->chain().end()},
                                                 .key_fingerprint = identity->key_fingerprint(),
                                                 .sign = nullptr};
                               mine.sign = [parts,
                                            fingerprint = mine.key_fingerprint](const crypto::SigningInput& input) {
                                 return parts->sign(fingerprint, input);
                               };
                               done(std::move(mine));
                             });
}

void AdminMesh::check_password(const crypto::Secret& password, const std::string& from,
                               std::function<void(absl::StatusOr<Verdict>)> done) {
  door::CheckPasswordRequest request;
  request.set_password(std::string(password.view()));
  request.set_from(from);
  // Not repeated: a wrong password would count twice.
  parts_->policy.start_once(
      &door::Policy::Stub::PrepareAsyncCheckPassword, request, kCheck,
      [done = std::move(done)](absl::StatusOr<door::CheckPasswordReply> reply) {
        if (!reply.ok()) return done(reply.status());
        done(Verdict{
            .right = reply->right(), .reason = reply->reason(), .wait = std::chrono::seconds(reply->wait_seconds())});
      });
  crypto::wipe(*request.mutable_password());
}

void AdminMesh::metrics(std::function<void(absl::StatusOr<std::string>)> done) {
  parts_->gateway.start(&phone::gateway::v1::Gateway::Stub::PrepareAsyncGetMetrics, {}, kMetrics,
                        [done = std::move(done)](absl::StatusOr<phone::gateway::v1::MetricsText> reply) {
                          if (!reply.ok()) return done(reply.status());
                          done(reply->text());
                        });
}

}  // namespace phone::gateway::web
