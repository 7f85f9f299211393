// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/audit_collector.hpp"

#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "services/policy/configuration/levels.hpp"
#include "services/policy/configuration/own_names.hpp"
#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMostCertificateText = std::size_t{22} << 10;  // 16 KiB in base64
constexpr std::uint16_t kPlainPort = 514, kTlsPort = 6514;           // RFC 5426, RFC 5425

std::optional<AuditTransport> transport_of(const std::string& text) {
  for (const auto transport : {AuditTransport::kTcp, AuditTransport::kTls, AuditTransport::kUdp}) {
    if (absl::EqualsIgnoreCase(text, name_of(transport))) return transport;
  }
  return text.empty() ? std::optional(AuditTransport::kTcp) : std::nullopt;
}

struct Place {
  std::string host;
  std::uint16_t port = 0;
};
// "host", "host:port", "[2001:db8::1]:port".
std::optional<Place> place_of(std::string text, std::uint16_t otherwise) {
  unsigned port = otherwise;
  const bool bracketed = text.front() == '[';
  const std::size_t end = bracketed ? text.find(']') : text.find(':');
  const std::string rest = end == std::string::npos ? "" : text.substr(end + (bracketed ? 1 : 0));
  const bool bare_ipv6 = !bracketed && end != std::string::npos && text.find(':', end + 1) != std::string::npos;
  if (!bare_ipv6) {
    if (!rest.empty() && (rest.front() != ':' || !absl::SimpleAtoi(rest.substr(1), &port))) port = 0;
    text = text.substr(bracketed ? 1 : 0, end == std::string::npos ? end : end - (bracketed ? 1 : 0));
  }
  if (!http::plain_host(text) || port == 0 || port > 65535) return std::nullopt;
  return Place{.host = text, .port = static_cast<std::uint16_t>(port)};
}

}  // namespace

std::string describe(const AuditCollector& collector) {
  if (collector.host.empty()) return "none";
  return absl::StrCat(collector.host, ":", collector.port, ", ", name_of(collector.transport));
}

AuditCollector read_audit_collector(const Levels& levels, ElementReader& all) {
  AuditCollector collector;
  const auto transport = transport_of(levels.text(own::kAuditTransport));
  if (!transport) {
    all.complain(own::kAuditTransport, "only tcp, tls and udp are supported");
    return {};
  }
  collector.transport = *transport;
  if (const std::string text = levels.text(own::kAuditCertificate, kMostCertificateText); !text.empty()) {
    // Else an administrator would believe that events travel by TLS.
    if (*transport != AuditTransport::kTls) all.complain(own::kAuditCertificate, "needs auditLogTransport tls");
    if (!absl::Base64Unescape(text, &collector.certificate) || collector.certificate.empty()) {
      all.complain(own::kAuditCertificate, "not a base64-encoded certificate");
    }
  }
  const std::string server = levels.text(own::kAuditServer);
  if (server.empty()) return {};
  const auto place = place_of(server, *transport == AuditTransport::kTls ? kTlsPort : kPlainPort);
  if (!place) {
    all.complain(own::kAuditServer, "not a host, or host:port");
    return {};
  }
  collector.host = place->host;
  collector.port = place->port;
  return collector;
}

}  // namespace phone::policy
