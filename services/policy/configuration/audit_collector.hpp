// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

namespace phone::policy {

enum class AuditTransport : std::uint8_t { kTcp = 1, kTls = 2, kUdp = 3 };

// Where audit events go by syslog (RFC 5424, F2).
struct AuditCollector {
  std::string host;  // empty: audit events stay on the phone
  std::uint16_t port = 514;
  AuditTransport transport = AuditTransport::kTcp;
  // With TLS: DER of the collector's certificate, or of an authority that certified its name. Empty: the trust lists or
  // TVS vouch for it.
  std::string certificate;
  friend bool operator==(const AuditCollector&, const AuditCollector&) = default;
};

inline const char* name_of(AuditTransport transport) {
  switch (transport) {
    case AuditTransport::kTcp:
      return "TCP";
    case AuditTransport::kTls:
      return "TLS";
    case AuditTransport::kUdp:
      return "UDP";
  }
  return "unknown";
}

// "10.1.2.3:6514, TLS"; "none".
std::string describe(const AuditCollector& collector);

class ElementReader;
class Levels;
AuditCollector read_audit_collector(const Levels& levels, ElementReader& all);

}  // namespace phone::policy
