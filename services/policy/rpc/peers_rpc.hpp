// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "common/mesh/client/peer.hpp"
#include "common/mesh/client/watcher.hpp"
#include "common/mesh/process/paths.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "services/policy/files/ports.hpp"

// The real trust_store and certificate_manager, for the worker's thread. It waits while they restart.
namespace phone::policy {

class TrustStorePeer final : public TrustPort {
 public:
  explicit TrustStorePeer(mesh::Peer<trust::v1::TrustStore>& peer) : peer_(peer) {}
  absl::StatusOr<TrustFacts> facts() override;
  absl::StatusOr<OfferAnswer> offer(const std::vector<ListFile>& lists) override;
  absl::StatusOr<ReleaseAnswer> release(const std::string& content) override;
  absl::StatusOr<FileVerdict> verify_file(const std::string& requested_name, const std::string& content) override;
  absl::StatusOr<FileVerdict> put_in_force(const std::string& requested_name, const std::string& content) override;
  absl::StatusOr<std::string> verify_server(const std::vector<std::string>& chain, const std::string& host) override;
  // Of audit events: by the certificate that the configuration has for it, else as an application server.
  absl::StatusOr<std::string> verify(const std::vector<std::string>& chain, const AuditCollector& collector);

 private:
  absl::StatusOr<std::string> judged(const trust::v1::VerifyPeerRequest& request);
  absl::StatusOr<FileVerdict> judged(const std::string& requested_name, const std::string& content, bool put_in_force);
  mesh::Peer<trust::v1::TrustStore>& peer_;
};

class CertificateManagerPeer final : public CertificatePort {
 public:
  // `changed` is called when the certificates of this phone are known again or others than before, on the watcher's
  // thread.
  CertificateManagerPeer(mesh::Peer<certificates::v1::CertificateManager>& peer, const std::atomic<bool>& cancelled,
                         std::function<void()> changed);
  absl::StatusOr<CertificateFacts> facts() override;
  absl::StatusOr<EnrolmentEnd> enrol(const EnrolOrder& order, std::chrono::seconds patience) override;
  absl::StatusOr<crypto::Secret> unwrap(const std::string& wrapped_key) override;

  void stop() { watcher_.stop(); }

 private:
  void seen(const certificates::v1::CertificateState& state);
  void lost();

  mesh::Peer<certificates::v1::CertificateManager>& peer_;
  const std::atomic<bool>& cancelled_;
  const std::function<void()> changed_;
  std::mutex mutex_;
  std::condition_variable news_;
  certificates::v1::EnrolmentReport report_;
  std::vector<std::string> md5_;
  bool known_ = false;
  std::uint64_t restarts_ = 0;  // streams seen to break
  std::uint64_t states_ = 0;
  mesh::Watcher<certificates::v1::CertificateManager, certificates::v1::ListCertificatesRequest,
                certificates::v1::CertificateState>
      watcher_;
};

}  // namespace phone::policy
