// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/enrolment/tls_transport.hpp"

namespace phone::enrolment {

absl::StatusOr<std::unique_ptr<TlsTransport>> TlsTransport::connect(const std::string& host, std::uint16_t port,
                                                                    const tls::Policy& policy, tls::PeerVerifier verify,
                                                                    int cancel_fd) {
  auto profile = tls::Profile::of(tls::Function::kCapf, policy);
  if (!profile.ok()) return profile.status();
  tls::ClientOptions options{.profile = *std::move(profile)};
  options.host = host;
  options.port = port;
  options.verify = std::move(verify);
  options.cancel_fd = cancel_fd;
  auto connection = tls::Connection::connect(options);
  if (!connection.ok()) return connection.status();
  return std::unique_ptr<TlsTransport>(new TlsTransport(*std::move(connection)));
}

}  // namespace phone::enrolment
