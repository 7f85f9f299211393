// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/audit/collector_driver.hpp"

#include <chrono>

namespace phone::policy {
namespace {

http::Scheme scheme_of(AuditTransport transport) {
  return transport == AuditTransport::kUdp ? http::Scheme::kDatagram : http::Scheme::kDeliver;
}

}  // namespace

std::string send_frames(const CollectorWay& way, const AuditCollector& to, const std::string& frames) {
  http::Request request{.scheme = scheme_of(to.transport),
                        .host = to.host,
                        .port = to.port,
                        .name = "syslog",
                        .query = {},
                        .post = frames,
                        .post_type = {},
                        .verify = {},
                        .tls = {},
                        .limit = 4096,
                        .connect_timeout = std::chrono::milliseconds(5000),
                        .total_timeout = std::chrono::milliseconds(20000),
                        .cancelled = way.cancelled};
  if (to.transport == AuditTransport::kUdp) request.post.erase(0, frames.find(' ') + 1);
  if (to.transport == AuditTransport::kTls) {
    request.tls = way.tls;
    request.verify = [&](const std::vector<std::string>& chain) { return way.verify(chain, to); };
  }
  const http::Result result = way.fetch(request);
  if (result.outcome == http::Outcome::kOk) return {};
  return result.detail.empty() ? std::string(http::to_string(result.outcome)) : result.detail;
}

}  // namespace phone::policy
