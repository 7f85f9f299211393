// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>

#include "common/mesh/client/peer.hpp"
#include "common/mesh/process/paths.hpp"
#include "common/tls/client.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "services/certificate_manager/enrolment/capf_client.hpp"

// The enrolment process's side of the mesh: the key holder and the trust store, as its rules want them. Blocks.
namespace phone::enrolment {

struct MeshPeers {
  explicit MeshPeers(const mesh::Paths& paths)
      : certificates(mesh::socket_of(paths, "certificate_manager")),
        keys(mesh::socket_of(paths, "certificate_manager")),
        trust(mesh::socket_of(paths, "trust_store")) {}
  mesh::Peer<certificates::v1::CertificateManager> certificates;
  mesh::Peer<certificates::v1::EnrolmentKeys> keys;
  mesh::Peer<trust::v1::TrustStore> trust;
};

// Asks the trust store whether the chain may be a CAPF server's. The text names what vouched for it, the error why
// nothing did.
tls::PeerVerifier capf_verifier(const MeshPeers& peers, std::string host);

class MeshKeyStore final : public KeyStorePort {
 public:
  // `mic_only`: the proof is made with the MIC even when there is an LSC, and as the hardware's too (SUDI).
  MeshKeyStore(const MeshPeers& peers, std::uint64_t order, std::string device, bool mic_only)
      : peers_(peers), order_(order), device_(std::move(device)), mic_only_(mic_only) {}

  absl::StatusOr<Proof> prove(std::uint32_t session) override;
  absl::StatusOr<std::string> make_key(const MakeKey& request) override;
  std::string store(const std::string& certificate) override;
  absl::StatusOr<std::string> held_lsc() override;
  absl::StatusOr<bool> remove_lsc() override;

 private:
  absl::StatusOr<std::string> sign(const std::string& input, const std::string& digest, bool rsa,
                                   const certificates::v1::Identity& identity);
  const MeshPeers& peers_;
  const std::uint64_t order_;
  const std::string device_;
  const bool mic_only_;
};

// What CAPF and SCEP have in common. `held_certificate` is the DER, or NOT_FOUND; `store_certificate` answers empty
// when it is stored, else the reason why not.
inline constexpr absl::Duration kKeyWait = absl::Seconds(5);
absl::StatusOr<std::string> generate_key(const MeshPeers& peers, std::uint64_t order, const MakeKey& request);
absl::StatusOr<std::string> held_certificate(const MeshPeers& peers, certificates::v1::CertificateKind kind);
std::string store_certificate(const MeshPeers& peers, std::uint64_t order, certificates::v1::CertificateKind kind,
                              const std::string& certificate, const std::vector<std::string>& issuers);

// For watchers. A report about an order that has been replaced is dropped.
void report(const MeshPeers& peers, std::uint64_t order, certificates::v1::EnrolmentPhase phase,
            const std::string& server, const std::string& reason);

}  // namespace phone::enrolment
