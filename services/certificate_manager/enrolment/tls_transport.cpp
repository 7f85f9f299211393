#include "services/certificate_manager/enrolment/tls_transport.hpp"

namespace phone::enrolment {

absl::StatusOr<std::unique_ptr<TlsTransport>> TlsTransport::connect(const std::string& host, std::uint16_t port,
                                                                    tls::PeerVerifier verify, int cancel_fd) {
  tls::ClientOptions options;
  options.host = host;
  options.port = port;
  options.verify = std::move(verify);
  options.cancel_fd = cancel_fd;
  auto connection = tls::Connection::connect(options);
  if (!connection.ok()) return connection.status();
  return std::unique_ptr<TlsTransport>(new TlsTransport(*std::move(connection)));
}

}  // namespace phone::enrolment
