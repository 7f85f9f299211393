// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>

#include "common/tls/client.hpp"
#include "services/certificate_manager/enrolment/capf_client.hpp"

namespace phone::enrolment {

// A CAPF connection: TLS without a client certificate (cisco-formats.md D); the server is judged inside the handshake.
class TlsTransport final : public Transport {
 public:
  static absl::StatusOr<std::unique_ptr<TlsTransport>> connect(const std::string& host, std::uint16_t port,
                                                               const tls::Policy& policy, tls::PeerVerifier verify,
                                                               int cancel_fd);
  absl::Status write(std::string_view bytes, absl::Time deadline) override {
    return connection_->write(bytes, deadline);
  }
  absl::StatusOr<std::string> read_exactly(size_t size, absl::Time deadline) override {
    return connection_->read_exactly(size, deadline);
  }
  // From any thread: what blocks ends with CANCELLED.
  void wake() { connection_->wake(); }

 private:
  explicit TlsTransport(std::unique_ptr<tls::Connection> connection) : connection_(std::move(connection)) {}
  const std::unique_ptr<tls::Connection> connection_;
};

}  // namespace phone::enrolment
