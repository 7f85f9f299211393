// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/rpc/diagnostics.hpp"

#include <absl/strings/str_cat.h>
#include <limits>
#include <utility>

#include "common/clock/present_time.hpp"
#include "common/flash/file.hpp"
#include "common/log/log.hpp"

namespace phone::gateway {
namespace {

// A chain of a few certificates, or a trust bundle; more is not what these files are for.
constexpr std::size_t kLargestPem = 256 * 1024;

absl::StatusOr<phone::mesh::TlsIdentity> read_identity(const DiagnosticsOptions& options) {
  phone::mesh::TlsIdentity identity;
  const std::pair<const std::filesystem::path*, std::string*> files[] = {
      {&options.certificate, &identity.certificate_chain},
      {&options.key, &identity.private_key},
      {&options.authorities, &identity.client_authorities}};
  for (const auto& [file, content] : files) {
    absl::StatusOr<std::string> pem = phone::flash::read(*file, kLargestPem);
    if (!pem.ok()) return pem.status();
    *content = *std::move(pem);
  }
  return identity;
}

}  // namespace

Diagnostics::Diagnostics(phone::os::EventLoop& loop, phone::mesh::Router& router, phone::mesh::EventLog& event_log,
                         DiagnosticsOptions options)
    : event_log_(event_log),
      options_(std::move(options)),
      acceptor_(loop, router, phone::mesh::v1::ROLE_DIAGNOSTICS, clock::present),
      clock_watch_(loop, [this] { acceptor_.clock_set(); }) {
  if (const absl::Status watching = clock_watch_.start(); !watching.ok())
    log::warning("the clock is not watched", {{"reason", watching.ToString()}});
}

void Diagnostics::apply(const PolicyFacts& policy) {
  // A client that is in when the policy asks for more of TLS is not let stay.
  if (acceptor_.is_open() && (!policy.diagnostics_door || policy.diagnostics_port != port_ || policy.tls != tls_))
    close();
  if (!policy.diagnostics_door) refused_.clear();
  if (!policy.diagnostics_door || acceptor_.is_open()) return;
  const absl::Status opened = open(policy.diagnostics_port, policy.tls);
  if (opened.ok()) return refused_.clear();
  const std::string reason(opened.message());
  if (reason == std::exchange(refused_, reason)) return;
  event_log_.add("diagnostics.refused", phone::mesh::Severity::kError,
                 absl::StrCat("the remote diagnostics port stays closed: ", reason), {}, true);
}

absl::Status Diagnostics::open(std::uint32_t port, const tls::Policy& policy) {
  if (port > std::numeric_limits<std::uint16_t>::max()) return absl::InvalidArgumentError("invalid TCP port");
  const auto profile = tls::Profile::of(tls::Function::kDiagnostics, policy);
  if (!profile.ok()) return profile.status();
  absl::StatusOr<phone::mesh::TlsIdentity> identity = read_identity(options_);
  if (!identity.ok()) return identity.status();
  absl::StatusOr<phone::os::Descriptor> listening =
      phone::mesh::listen_tcp(options_.address, static_cast<std::uint16_t>(port));
  if (!listening.ok()) return listening.status();
  const absl::StatusOr<std::uint16_t> bound = phone::mesh::local_port(listening->get());
  if (!bound.ok()) return bound.status();
  if (const absl::Status status = acceptor_.open(*std::move(listening), *identity, *profile); !status.ok())
    return status;
  port_ = port;
  tls_ = policy;
  event_log_.add("diagnostics.opened", phone::mesh::Severity::kWarning,
                 absl::StrCat("remote diagnostics is open on TCP port ", *bound), {{"port", std::to_string(*bound)}},
                 true);  // clients that are refused: RefusedCallers
  return absl::OkStatus();
}

void Diagnostics::close() {
  if (!acceptor_.is_open()) return;
  acceptor_.close();
  event_log_.add("diagnostics.closed", phone::mesh::Severity::kInfo, "remote diagnostics is closed", {}, true);
}

}  // namespace phone::gateway
