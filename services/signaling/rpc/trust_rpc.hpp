// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "common/mesh/client/peer.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "services/signaling/registration/registration_port.hpp"
#include "services/signaling/transport/flow.hpp"

namespace phone::signaling {

// What a flow asks of trust_store and certificate_manager, each within 2 s.
FlowTrust make_flow_trust(std::shared_ptr<mesh::Peer<trust::v1::TrustStore>> trust,
                          std::shared_ptr<mesh::Peer<certificates::v1::CertificateManager>> certificates);

// Reports without waiting; `answered` is called once, from another thread.
void report_identity_use(const std::shared_ptr<mesh::Peer<certificates::v1::CertificateManager>>& peer, FlowId flow,
                         const IdentityUse& use, std::function<void(IdentityUseReported)> answered);

// The fingerprint of the key whose certificate SIP is to show now; blocks for up to 2 s.
absl::StatusOr<std::string> key_to_show(const std::shared_ptr<mesh::Peer<certificates::v1::CertificateManager>>& peer);

}  // namespace phone::signaling
