#pragma once

#include "common/mesh/peer.hpp"
#include "phone/certificates/v1/certificate_manager.grpc.pb.h"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "services/signaling/flow.hpp"

namespace phone::signaling {

// What a flow asks of trust_store and certificate_manager, each within 2 s.
FlowTrust make_flow_trust(std::shared_ptr<mesh::Peer<trust::v1::TrustStore>> trust,
                          std::shared_ptr<mesh::Peer<certificates::v1::CertificateManager>> certificates);

}  // namespace phone::signaling
