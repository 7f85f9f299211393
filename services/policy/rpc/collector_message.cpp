// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/collector_message.hpp"

#include "services/policy/rpc/policy_enums.hpp"

namespace phone::policy {

void put(const AuditCollector& from, v1::AuditCollector& to) {
  to.set_host(from.host);
  to.set_port(from.port);
  to.set_transport(kAuditTransports.to_proto(from.transport));
  to.set_certificate(from.certificate);
}

AuditCollector take(const v1::AuditCollector& from) {
  return {.host = from.host(),
          .port = static_cast<std::uint16_t>(from.port()),
          .transport = kAuditTransports.from_proto(from.transport()).value_or(AuditTransport::kTcp),
          .certificate = from.certificate()};
}

}  // namespace phone::policy
